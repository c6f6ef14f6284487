"""The only room that knows Altair, Jinja and MkDocs: page views in, a folder of HTML out."""
