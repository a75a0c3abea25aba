// Follows what happens and refreshes the parts of the page that it changes. Without it the page is as good, but still.
"use strict";
(() => {
  const status = document.getElementById("live-status");
  const parts = () => document.querySelectorAll("[data-live]");
  if (!status || !window.EventSource || parts().length === 0) return;
  const order = document.body.dataset.order;
  const PAUSE = 1000; // ms between refreshes, however much happens
  let due = null, last = 0, news = false;

  const say = (text) => { if (status.textContent !== text) status.textContent = text; };
  const clock = () => new Date().toISOString().slice(11, 19) + " UTC";

  // A part in which somebody stands is left alone until they have left it.
  const busy = (part) => part.contains(document.activeElement) && document.activeElement !== document.body;

  async function refresh() {
    const told = news;
    due = null;
    news = false;
    last = Date.now();
    try {
      const answer = await fetch(location.href, { credentials: "same-origin", redirect: "manual" });
      if (!answer.ok) throw new Error(String(answer.status));
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      let left = false;
      for (const part of parts()) {
        const anew = fresh.getElementById(part.id);
        if (!anew || anew.innerHTML === part.innerHTML) continue;
        if (busy(part)) { left = true; continue; }
        const open = [...part.querySelectorAll("details")].map((d) => d.open);
        part.replaceWith(document.importNode(anew, true));
        document.getElementById(part.id).querySelectorAll("details").forEach((d, n) => { d.open = open[n] === true; });
      }
      if (told || left) say("Changed at " + clock() + (left ? "; a part that you are in is not refreshed yet." : "."));
      if (left) document.addEventListener("focusout", later, { once: true });
    } catch (error) {
      say("Not refreshed since " + clock() + ": load the page anew.");
    }
  }

  function later() {
    if (due === null) due = setTimeout(refresh, Math.max(50, last + PAUSE - Date.now()));
  }

  const source = new EventSource("/page/events");
  // What happened before it was open, since the page was made or since it broke, is not told by it.
  source.onopen = () => { say("Live since " + clock() + "."); later(); };
  source.onmessage = (message) => {
    if (!message.data) return;
    if (order) {
      try { if (JSON.parse(message.data).subject !== order) return; } catch (error) { return; }
    }
    news = true;
    later();
  };
  source.onerror = () => {
    say(source.readyState === EventSource.CLOSED ? "Not live: load the page anew." : "Not live since " + clock() + ": tried again.");
  };
  window.addEventListener("pagehide", () => source.close());
})();
