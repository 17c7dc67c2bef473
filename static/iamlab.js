// What pages do beyond HTML and htmx. Every page works without this file; each function serves one data- attribute.
(() => {
  "use strict";
  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

  // Screen readers hear what is written here; htmx keeps the element (hx-preserve) across boosted swaps.
  // What is said at once is said together: a later text would cut an earlier one off.
  let pending = [];
  function announce(...texts) {
    const said = texts.filter(Boolean);
    if (said.length && !pending.length) {
      $("#live").textContent = "";
      setTimeout(() => { $("#live").replaceChildren(...pending.splice(0).flatMap((text) => [text, " "])); }, 50);
    }
    pending.push(...said);
  }

  /** An element's text in one line, without that of some elements within. */
  function words(element, without) {
    const copy = element?.cloneNode(true);
    if (copy) $$(without, copy).forEach((one) => one.remove());
    return copy?.textContent.trim().replace(/\s+/g, " ");
  }

  /** What the flashes say, without the commands behind them. */
  const flashed = () => words($("#flashes"), ".commands");

  function flashError(text) {
    const flash = document.createElement("div");
    flash.className = "flash flash-error";
    flash.textContent = text;
    $("#flashes")?.replaceChildren(flash);
    announce(text);
  }

  // Of the row that is chosen in the button's table: what stands before its key, and the key, in an address as such.
  function chosen(button) {
    const [before, { name, value }] = [button.dataset.copyChosen, $("tbody .pick input:checked", button.closest("[data-table]"))];
    const key = name === "quoted" ? decodeURIComponent(value) : value;
    return before + (/^https?:/.test(before) ? key.split("/").map(encodeURIComponent).join("/") : key);
  }

  async function copy(button) {
    const source = button.dataset.copy || $(button.dataset.copyFrom)?.textContent || chosen(button);
    try {
      await navigator.clipboard.writeText(source);
    } catch {
      const area = document.createElement("textarea"); // no clipboard API on plain http
      area.value = source;
      (button.closest("dialog") || document.body).append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
      button.focus();
    }
    button.classList.add("copied");
    setTimeout(() => button.classList.remove("copied"), 1500);
    announce("Copied");
  }

  const remember = (name, value) => { document.cookie = `${name}=${value};path=/;max-age=31536000;samesite=lax`; };

  function setTheme(theme) {
    const root = document.documentElement;
    if (theme === "system") delete root.dataset.theme; else root.dataset.theme = theme;
    remember("theme", theme);
    $$("[data-theme-choice]").forEach((b) => b.setAttribute("aria-pressed", b.dataset.themeChoice === theme));
    announce(`Theme: ${theme}`);
  }

  function toggleNav() {
    const root = document.documentElement;
    const shown = getComputedStyle($("#side-nav")).display !== "none";
    root.dataset.nav = shown ? "closed" : "open";
    if (!shown) $("#side-nav a")?.focus();
  }

  function closeMenus(except) {
    $$("details.menu[open]").filter((menu) => !menu.contains(except)).forEach((menu) => { menu.open = false; });
  }

  // A table's "select all" box, its counter, and the buttons that need a selection.
  function countSelection(table) {
    const boxes = $$("tbody .pick input", table);
    const chosen = boxes.filter((box) => box.checked).length;
    const all = $("[data-select-all]", table);
    if (all) {
      all.checked = chosen > 0 && chosen === boxes.length;
      all.indeterminate = chosen > 0 && chosen < boxes.length;
    }
    const counter = $("[data-selected-of]", table);
    if (counter) counter.textContent = chosen ? `(${chosen}/${counter.dataset.selectedOf})` : `(${counter.dataset.selectedOf})`;
    $$("[data-needs]", table).forEach((b) => { b.disabled = b.dataset.needs === "one" ? chosen !== 1 : chosen === 0; });
  }

  // The first of a group's boxes stands for all the others.
  function tickAll(box, [all, ...each]) {
    if (box === all) each.forEach((one) => { one.checked = all.checked; });
    else all.checked = each.every((one) => one.checked);
  }

  function checkConfirm(input) {
    $$("[data-confirmed]", input.form).forEach((button) => { button.disabled = input.value !== input.dataset.confirm; });
  }

  // What a file field holds; each file's path in the folder that it came with goes along, which no browser sends.
  function listFiles(input, paths = [...input.files].map((file) => file.name)) {
    const list = $("[data-files]", input.closest("[data-dropzone]"));
    list.replaceChildren(...[...input.files].map((file, at) => {
      const [item, path] = [document.createElement("li"), document.createElement("input")];
      item.textContent = `${paths[at]} (${file.size.toLocaleString("en")} bytes)`;
      Object.assign(path, { type: "hidden", name: "path", value: paths[at] });
      item.append(path);
      return item;
    }));
    announce(`${input.files.length} file(s) chosen`);
  }

  function addFiles(zone, found) {
    const [input, all] = [$("input[type=file]", zone), new DataTransfer()];
    const paths = $$("[name=path]", zone).map((path) => path.value);
    [...input.files, ...found.map(([file]) => file)].forEach((file) => all.items.add(file));
    input.files = all.files;
    listFiles(input, [...paths, ...found.map(([, path]) => path)]);
  }

  /** Files and their paths below a dropped file or folder. */
  async function walk(entry, before = "") {
    if (entry.isFile) return [[await new Promise((done) => entry.file(done)), before + entry.name]];
    const [reader, found] = [entry.createReader(), []];
    for (let some; (some = await new Promise((done) => reader.readEntries(done))).length;) {
      for (const one of some) found.push(...await walk(one, `${before}${entry.name}/`));
    }
    return found;
  }

  // The terminal's field: Enter runs it, Shift+Enter begins a new line, up and down recall what was run.
  function terminalKey(field, event) {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      field.form.requestSubmit($("button", field.form));
    }
    const step = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    const past = JSON.parse(field.dataset.history);
    const back = Number(field.dataset.back || 0);
    if (!step || event.shiftKey || (!back && field.value.includes("\n"))) return;
    const next = Math.min(Math.max(back + step, 0), past.length);
    event.preventDefault();
    if (!back) field.dataset.begun = field.value;
    field.dataset.back = next;
    field.value = next ? past[past.length - next] : field.dataset.begun;
  }

  // A button that stands outside of its form, above a table: htmx tracks those inside alone.
  document.addEventListener("htmx:configRequest", ({ detail }) => {
    const button = detail.triggeringEvent?.submitter;
    if (!button || detail.elt.contains(button)) return;
    detail.path = button.getAttribute("formaction") || detail.path;
    detail.verb = button.getAttribute("formmethod")?.toLowerCase() || detail.verb;
    detail.useUrlParams = detail.verb === "get";
    if (button.name) detail.parameters.append(button.name, button.value);
  });

  // What is typed while the server works on a line belongs to the next one; a line that did not arrive comes back.
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.target.id !== "prompt") return;
    const field = $("#line");
    field.dataset.sent = field.value;
    field.value = "";
    delete field.dataset.back;
  });
  let typed = "";
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target.id === "log") typed = $("#line").value;
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    event.detail.target.ariaBusy = null;
    const field = $("#line");
    if (event.target.id === "prompt" && event.detail.failed && !field.value) field.value = field.dataset.sent;
  });

  // States that the server cannot know, set on load and after every swap.
  function prepare(root) {
    const title = words($("#main h1"), "a");
    if (title) $("#main").setAttribute("aria-label", title); // what is heard of a new page, where the focus is then
    $$("input[data-confirm]", root).forEach(checkConfirm);
    $$("[data-table]", root).forEach(countSelection);
    if (root.matches?.("[data-table]")) countSelection(root);
    $$("[data-editor]", root).forEach((control) => import(control.dataset.editor).then((editor) => editor.edit(control)));
    const log = $("#log");
    if (log) log.scrollTop = log.scrollHeight;
    const edge = $("[data-edge]", root);
    if (!edge) return;
    edge.hidden = false;
    const width = /(?:^|; )panel_width=(\d+)/.exec(document.cookie);
    if (width) widen(Number(width[1]));
    else edge.ariaValueNow = $("#panel").offsetWidth;
  }

  const clicks = {
    "[data-copy], [data-copy-from], [data-copy-chosen]": copy,
    "[data-theme-choice]": (button, event) => { event.preventDefault(); setTheme(button.dataset.themeChoice); closeMenus(); },
    "[data-nav-toggle]": (link, event) => { event.preventDefault(); toggleNav(); },
    "[data-nav-close]": (link, event) => { event.preventDefault(); toggleNav(); $("[data-nav-toggle]").focus(); },
    "[data-dismiss]": (button) => {
      const next = button.closest(".lab-flashes") ? $("#lab-step-title") : $("#main");
      button.closest(".flash, .alert").remove();
      next.tabIndex = -1;
      next.focus();
    },
    "[data-reveal]": (button) => {
      const input = document.getElementById(button.dataset.reveal);
      input.type = input.type === "password" ? "text" : "password";
      button.setAttribute("aria-pressed", input.type === "text");
    },
    "dialog [data-close]": (button, event) => { event.preventDefault(); button.closest("dialog").close(); },
  };

  document.addEventListener("click", (event) => {
    for (const [selector, act] of Object.entries(clicks)) {
      const found = event.target.closest(selector);
      if (found) { act(found, event); break; }
    }
    closeMenus(event.target);
  });

  // A page with a secret that is shown once asks before it is left unseen; before htmx, which would be gone already.
  document.addEventListener("click", (event) => {
    const { target } = event;
    if (target.closest("a[download], .secret summary") || target.closest("[data-copy]")?.parentNode.querySelector(".secret")) {
      $$("[data-unseen]").forEach((link) => link.removeAttribute("data-unseen"));
    }
    const left = target.closest("[data-unseen]");
    if (!left) return;
    event.preventDefault();
    event.stopPropagation();
    $(left.dataset.unseen).showModal();
  }, true);

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      const menu = event.target.closest("details.menu[open]");
      closeMenus();
      if (menu) $("summary", menu).focus();
    }
    if (event.target.matches("[data-history]")) terminalKey(event.target, event);
    if (event.altKey && event.code === "KeyS" && $("#search")) { event.preventDefault(); $("#search").focus(); }
  });

  // A button whose answer is no page of ours, such as a file: the browser sends the form, htmx does not learn of it.
  document.addEventListener("submit", (event) => { if (event.submitter?.matches("[data-plain]")) event.stopPropagation(); }, true);

  document.addEventListener("input", (event) => { if (event.target.dataset.confirm) checkConfirm(event.target); });

  document.addEventListener("change", (event) => {
    const table = event.target.closest("[data-table]");
    if (table && event.target.matches("[data-select-all]")) {
      $$("tbody .pick input:not(:disabled)", table).forEach((box) => { box.checked = event.target.checked; });
    }
    if (table) countSelection(table);
    if (event.target.closest("[data-all]")) tickAll(event.target, $$("input[type=checkbox]", event.target.closest("[data-all]")));
    if (event.target.matches("[data-folder]")) {
      addFiles(event.target.closest("[data-dropzone]"), [...event.target.files].map((file) => [file, file.webkitRelativePath]));
    } else if (event.target.matches("[data-dropzone] input[type=file]")) listFiles(event.target);
    if (event.target.matches("[data-submits]")) event.target.form.requestSubmit();
  });

  for (const type of ["dragover", "dragleave", "drop"]) {
    document.addEventListener(type, (event) => {
      const zone = event.target.closest?.("[data-dropzone]");
      if (!zone) return;
      event.preventDefault();
      zone.classList.toggle("over", type === "dragover");
      if (type !== "drop") return;
      const items = [...event.dataTransfer.items].filter((item) => item.kind === "file");
      const entries = items.map((item) => [item.webkitGetAsEntry?.(), item.getAsFile()]);
      Promise.all(entries.map(([entry, file]) => (entry ? walk(entry) : [[file, file.name]]))).then((found) => addFiles(zone, found.flat()));
    });
  }

  document.addEventListener("htmx:xhr:progress", (event) => {
    const bar = $("[data-upload]", event.target);
    if (!bar || !event.detail.total) return;
    bar.hidden = false;
    bar.value = Math.round((100 * event.detail.loaded) / event.detail.total);
  });

  // What a search or an editor answers takes the place of fields. Where somebody filled them in meanwhile, or they are
  // gone, it comes too late: it is not shown, and asked for anew with what stands there now.
  const filled = (root) => $$("input, select, textarea", root).map((one) => (/checkbox|radio/.test(one.type) ? one.checked : one.value)).join();
  const asked = new WeakMap();
  document.addEventListener("htmx:beforeRequest", ({ detail: { target, xhr, requestConfig } }) => {
    // A part of a page says that it is on its way, where somebody asked for it; for whole pages the bar at the top does.
    if (target !== document.body && requestConfig.triggeringEvent) target.ariaBusy = "true";
    if (requestConfig.parameters.look) asked.set(xhr, filled(target));
  });
  let held; // what has the focus in there, and no id by which htmx would find it again
  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    const { xhr, target, requestConfig: { verb, path, elt, triggeringEvent } } = detail;
    const at = document.activeElement;
    held = target !== document.body && target.contains(at) && at.name && !at.id ? at : null;
    if (!asked.has(xhr) || (target.isConnected && filled(target) === asked.get(xhr))) return;
    detail.shouldSwap = false;
    if (target.isConnected) htmx.ajax(verb, path, { source: elt, event: triggeringEvent });
  });

  let onTabs = false;
  // An error page answers a boosted request as it answers any other: by being shown.
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.xhr.status >= 400 && event.detail.target === document.body) event.detail.shouldSwap = true;
    if (event.detail.target.id === "modal") event.detail.ignoreTitle = true; // the page behind it stays the page
    if (event.detail.target === document.body) $("#live")?.replaceChildren(); // what was said belongs to the page before
    onTabs = event.detail.target === document.body && !!document.activeElement.closest(".tabs");
  });

  // Where one goes on in a new page: at the tab just opened, at the first field that is to be mended, at what the page
  // names (a row just added), or at its start.
  function place() {
    return (onTabs && $(".tabs [aria-current]")) || $("main form [aria-invalid=true]") || $("main [autofocus]") || $("#main");
  }

  // How predictions and checks of the open step and the lab's progress stand. Whatever brings them anew (a page, an answer, the
  // polling), what became of each since is said once, with the reason.
  const standing = () => new Map([...$$(".lab-question, .lab-check"), ...$$("#lab-live .progress .hint")].map((one) => {
    const text = document.createElement("p");
    text.lang = $("[lang]", one)?.lang || "en";
    const why = $$(".lab-why", one).map((reason) => words(reason, "form"));
    text.textContent = [`${words(one, "details, form, .badge, .lab-why")}.`, ...why].join(" ");
    if (one.matches(".lab-question")) text.textContent = words($(".lab-compared p", one), "svg") || "";
    return [one.id, text];
  }));
  let stood = new Map();
  document.addEventListener("htmx:beforeSwap", () => { stood = standing(); });
  function news() {
    const others = [...standing()].filter(([id, text]) => stood.has(id) && stood.get(id).textContent !== text.textContent);
    return others.map(([, text]) => text);
  }

  // What comes anew by polling leaves open what is being read.
  let opened = [];
  document.addEventListener("htmx:beforeSwap", ({ detail: { target } }) => {
    opened = target.id === "lab-live" ? $$("details[open] > summary[id]", target).map((summary) => summary.id) : [];
  });

  let swapped; // htmx reports a swap once for each new element
  document.addEventListener("htmx:afterSwap", (event) => {
    const { target, xhr } = event.detail;
    if (!target || swapped === xhr) return; // a page that Back fetched has no target: htmx:historyRestore sees to it
    swapped = xhr;
    $$("details > summary").forEach((summary) => { if (opened.includes(summary.id)) summary.parentElement.open = true; });
    const root = target.isConnected ? target : document;
    prepare(root);
    if (held?.isConnected === false) $$(`[name="${CSS.escape(held.name)}"]`).find((one) => one.value === held.value)?.focus();
    if (target.id === "log") { $("#line").value = typed; $("#line").focus(); }
    if (target.id === "modal" && target.open) ($("[aria-invalid=true]", target) || $("a, button", target))?.focus(); // refused
    if (target.id === "modal" && target.childElementCount && !target.open) target.showModal();
    if (target === document.body) {
      if (document.documentElement.dataset.nav === "open") delete document.documentElement.dataset.nav;
      place()?.focus({ preventScroll: !onTabs });
      announce(flashed());
    }
    const said = $("[data-announce]", target === document.body ? $("#main") : target.isConnected ? target : event.target);
    announce(said?.dataset.announce, ...news());
  });

  // A new page is shown from its top; where one goes on further down, that is shown.
  document.addEventListener("htmx:afterSettle", ({ detail }) => {
    const at = document.activeElement;
    if (detail.target === document.body && at.matches("#main *") && !onTabs) setTimeout(() => at.scrollIntoView({ block: "center" }));
  });

  document.addEventListener("htmx:responseError", (event) => {
    if (event.detail.target === document.body || !event.detail.requestConfig.triggeringEvent) return; // shown, or a poll
    flashError(`The server answered ${event.detail.xhr.status}. Reload the page and try again.`);
  });
  document.addEventListener("htmx:sendError", (event) => {
    if (event.detail.requestConfig.triggeringEvent) flashError("The server cannot be reached. Check the connection and try again.");
  });

  // Back fetches the page anew (nothing is kept in the browser), so its state is set again.
  document.addEventListener("htmx:historyRestore", () => prepare(document));

  // What was pressed in the lab panel changes the panel only: go on behind it, by the answer or from the step's title.
  let pressed = "";
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.target.matches("#lab-panel form")) pressed = event.target.id;
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.target.id !== "lab-panel") return;
    const said = $(".lab-flashes");
    const at = document.activeElement; // nobody lost their place, unless they left the step: htmx finds the next one's buttons
    if (at !== document.body && !at.matches("#lab-onward button")) { announce(words(said, "button")); return; }
    const answer = pressed === "hint-form" ? "#newest-hint" : `#${pressed} .lab-answered`;
    const place = said || (pressed && $(answer)) || $("#lab-step-title");
    place.tabIndex = -1;
    place.focus();
  });

  // The lab panel stays as it was left, on the next page too.
  document.addEventListener("toggle", (event) => {
    const name = event.target.dataset?.remember;
    if (name) remember(name, event.target.open ? "open" : "closed");
  }, true);

  // It is as wide as its edge was drawn, with the mouse or the arrow keys.
  function widen(wanted) {
    const [edge, root] = [$("[data-edge]"), document.documentElement];
    const width = Math.round(Math.min(Math.max(wanted, edge.ariaValueMin), edge.ariaValueMax));
    root.style.setProperty("--panel", `${width}px`);
    edge.ariaValueNow = width;
    remember("panel_width", width);
  }
  document.addEventListener("pointerdown", (event) => {
    if (!event.target.matches("[data-edge]")) return;
    event.preventDefault();
    event.target.setPointerCapture(event.pointerId);
    event.target.focus();
    event.target.onpointermove = (move) => widen(window.innerWidth - move.clientX);
    event.target.onpointerup = () => { event.target.onpointermove = null; };
  });
  document.addEventListener("keydown", (event) => {
    const by = { ArrowLeft: 20, ArrowRight: -20 }[event.key];
    if (!by || !event.target.matches("[data-edge]")) return;
    event.preventDefault();
    widen(Number(event.target.ariaValueNow) + by);
  });

  // "close" does not bubble; an empty dialog keeps no secret and no form behind.
  document.addEventListener("close", (event) => { if (event.target.id === "modal") event.target.replaceChildren(); }, true);

  // What an address points at has the focus as well, so that the keyboard goes on from there.
  function land() {
    const target = document.getElementById(location.hash.slice(1));
    if (!target?.closest("main")) return;
    if (!target.matches("a, button, input, select, textarea, summary")) target.tabIndex = -1;
    target.focus();
  }
  addEventListener("hashchange", land);
  land();
  prepare(document);
})();
