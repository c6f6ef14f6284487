// Two fixes for the theme's search worker.
// 1. On file://, where browsers refuse workers, its script runs in an empty frame of this page instead, and messages
//    are passed as events.
// 2. Its query language splits words at hyphens, so that late-departure would find everything late: hyphens inside
//    words are escaped before they reach the worker, twice, because it parses a query twice.
"use strict";
if (location.protocol === "file:") {
  window.Worker = class extends EventTarget {
    #frame;
    #ready;

    constructor(url) {
      super();
      this.#frame = document.createElement("iframe");
      this.#frame.hidden = true;
      this.#frame.title = "Search";
      document.body.append(this.#frame);
      const inner = this.#frame.contentWindow;
      inner.postMessage = (data) => this.dispatchEvent(new MessageEvent("message", { data }));
      inner.importScripts = (...urls) => urls.reduce((done, each) => done.then(() => this.#load(each)), Promise.resolve());
      this.#ready = this.#load(url);
    }

    postMessage(data) {
      const inner = this.#frame.contentWindow;
      this.#ready.then(() => inner.dispatchEvent(new inner.MessageEvent("message", { data })));
    }

    terminate() {
      this.#frame.remove();
    }

    #load(url) {
      const script = this.#frame.contentDocument.createElement("script");
      script.src = new URL(url, location.href);
      return new Promise((resolve) => {
        script.onload = script.onerror = resolve;
        this.#frame.contentDocument.body.append(script);
      });
    }
  };
}

{
  const QUERY = 2; // the theme's message type
  const post = window.Worker.prototype.postMessage;
  window.Worker.prototype.postMessage = function (message, ...rest) {
    const asked = message && message.type === QUERY && typeof message.data === "string";
    const data = asked ? message.data.replace(/(?<=[^\s\\])-(?=\S)/g, "\\\\\\-") : undefined;
    return post.call(this, asked ? { ...message, data } : message, ...rest);
  };
}
