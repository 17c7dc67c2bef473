// The JSON editor over a policy's text area. The text area stays the form's field, and is all there is without this
// file: what is typed is written back to it, and what the server finds in it becomes marks beside the lines.

const LEAVE = "Tab indents. Press Escape, then Tab, to leave the editor.";

const LOOK = {
  "&": { border: "1px solid var(--field-line)", borderRadius: "var(--radius)", background: "var(--surface)", color: "var(--text)", overflow: "hidden" },
  "&.cm-focused": { outline: "2px solid var(--accent)", outlineOffset: "-1px" },
  ".cm-scroller": { font: "13px/20px var(--mono)", minHeight: "280px", maxHeight: "70vh" },
  ".cm-content": { caretColor: "var(--text)" },
  ".cm-cursor": { borderLeftColor: "var(--text)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": { background: "color-mix(in srgb, var(--accent) 30%, transparent)" },
  ".cm-gutters": { background: "var(--shaded)", color: "var(--hint)", borderRight: "1px solid var(--line-soft)" },
  "&.cm-focused .cm-matchingBracket": { background: "var(--line-soft)", outline: "1px solid var(--hint)" },
  "&.cm-focused .cm-nonmatchingBracket": { background: "var(--error-shade)", outline: "1px solid var(--error)" },
  ".cm-tooltip, .cm-panels": { border: "1px solid var(--field-line)", background: "var(--raised)", color: "var(--text)" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { font: "13px/20px var(--mono)", maxWidth: "min(700px, 90vw)" },
  ".cm-tooltip-autocomplete > ul > li[aria-selected]": { background: "var(--accent)", color: "var(--on-accent)" },
  ".cm-completionMatchedText": { textDecoration: "none", fontWeight: "700" },
  ".cm-completionDetail": { fontStyle: "normal", color: "inherit" },
  ".cm-diagnostic": { font: "14px/20px var(--font)", whiteSpace: "pre-wrap", maxWidth: "min(600px, 85vw)" },
};

// Elements of JSON in the colours of the pages' code blocks.
function colours({ HighlightStyle, tags }) {
  return HighlightStyle.define([
    { tag: tags.propertyName, color: "var(--code-key)" },
    { tag: tags.string, color: "var(--code-string)" },
    { tag: [tags.bool, tags.null, tags.number], color: "var(--code-word)" },
  ]);
}

// The names of the properties from the document down to a node; it ends with "" where a name is being written.
function pathOf(node, text) {
  const path = node.name === "PropertyName" ? [""] : [];
  for (let at = node.name === "PropertyName" ? node.parent.parent : node; at; at = at.parent) {
    const name = at.name === "Property" && at.getChild("PropertyName");
    if (name) path.unshift(text.slice(name.from + 1, name.to - 1));
  }
  return path;
}

// The services whose actions the statement round a node names.
function servicesOf(node, text) {
  let at = node;
  while (at && !(at.name === "Object" && pathOf(at, text).join() === "Statement")) at = at.parent;
  const found = at ? [...text.slice(at.from, at.to).matchAll(/"([a-z0-9-]+):[A-Za-z*]/g)] : [];
  return [...new Set(found.map((one) => one[1]))].filter((one) => !["arn", "aws"].includes(one)).sort();
}

// Asks the server what may stand in the string at the cursor; a list that is whole for what is typed is asked for once.
function completer({ syntaxTree, startCompletion }, { completions, kind }) {
  const known = new Map();
  const again = (view, { label }, from, to) => {
    view.dispatch({ changes: { from, to, insert: label }, selection: { anchor: from + label.length }, userEvent: "input.complete" });
    if (label.endsWith(":")) startCompletion(view);
  };
  return async ({ state, pos }) => {
    const node = syntaxTree(state).resolveInner(pos, -1);
    const text = state.doc.toString();
    if (!["String", "PropertyName"].includes(node.name) || pos === node.from) return null;
    const closed = text[node.to - 1] === '"' && node.to - 1 > node.from;
    const [from, to] = [node.from + 1, closed ? node.to - 1 : node.to];
    if (pos > to) return null;
    const typed = text.slice(from, pos);
    const ask = new URLSearchParams({ path: pathOf(node, text).join("/"), kind });
    servicesOf(node, text).forEach((service) => ask.append("service", service));
    const key = `${ask}&${typed.split(":").slice(0, -1)}`;
    if (!known.has(key)) {
      const answer = await fetch(`${completions}?${ask}&${new URLSearchParams({ typed })}`);
      if (!answer.ok) return null;
      known.set(key, await answer.json());
    }
    const { offers, prefix } = known.get(key);
    const options = offers.map(([label, detail]) => ({ label, detail, apply: again }));
    const whole = (now) => now.toLowerCase().startsWith(prefix.toLowerCase()) && now.split(":").length === typed.split(":").length;
    return options.length ? { from, to, options, validFor: whole } : null;
  };
}

const shortest = (one, other) => one.label.length - other.label.length || one.label.localeCompare(other.label);

// A finding's place, "line column line column", as a range of the document as it is now.
function range(doc, place) {
  const offset = (line, column) => {
    const at = doc.line(Math.min(Math.max(line, 1), doc.lines));
    return Math.min(at.from + Math.max(column - 1, 0), at.to);
  };
  const [line, column, endLine, endColumn] = place.split(" ").map(Number);
  const from = offset(line, column);
  return { from, to: Math.max(from, offset(endLine, endColumn)) };
}

function marks(editor, doc) {
  return [...editor.querySelectorAll("[data-place]")].map((one) => ({
    ...range(doc, one.dataset.place),
    severity: one.dataset.severity,
    message: one.querySelector("p > span").textContent.trim(),
  })).sort((one, other) => one.from - other.from);
}

// The keys' hint stands inside the shadow root: a description is found by its id within its own tree only.
function hint() {
  const element = document.createElement("p");
  element.id = "leave";
  element.part = "hint";
  element.textContent = LEAVE;
  return element;
}

export async function edit(control) {
  const area = control.querySelector("textarea");
  const editor = control.closest(".document-editor");
  const cm = await import(control.dataset.library);
  if (!area.isConnected || control.querySelector(".code-editor")) return;
  const host = document.createElement("div");
  host.className = "code-editor";
  // In a shadow root CodeMirror keeps its styles in a constructed sheet, which the Content-Security-Policy allows.
  const root = host.attachShadow({ mode: "open" });
  const written = cm.EditorView.updateListener.of((update) => {
    if (!update.docChanged) return;
    area.value = update.state.doc.toString();
    area.dispatchEvent(new Event("input", { bubbles: true }));
  });
  const focused = document.activeElement === area;
  area.after(host); // first, so that CodeMirror measures what is shown
  area.hidden = true;
  const label = document.querySelector(`label[for="${area.id}"]`);
  const view = new cm.EditorView({
    doc: area.value,
    selection: focused ? { anchor: area.selectionStart, head: area.selectionEnd } : undefined,
    root,
    parent: root,
    extensions: [
      cm.lineNumbers(), cm.lintGutter(), cm.history(), cm.drawSelection(), cm.indentOnInput(), cm.bracketMatching(), cm.closeBrackets(),
      cm.indentUnit.of("    "), cm.json(), cm.syntaxHighlighting(colours(cm)), cm.EditorView.theme(LOOK), cm.EditorView.lineWrapping,
      cm.autocompletion({ override: [completer(cm, control.dataset)], compareCompletions: shortest, icons: false, interactionDelay: 0 }),
      cm.EditorView.contentAttributes.of({ "aria-label": label?.textContent.trim() || "JSON", "aria-describedby": "leave", spellcheck: "false" }),
      cm.keymap.of([{ key: "Tab", run: cm.acceptCompletion }, ...cm.closeBracketsKeymap, ...cm.completionKeymap, ...cm.lintKeymap, ...cm.historyKeymap, ...cm.defaultKeymap, cm.indentWithTab]),
      written,
    ],
  });
  root.append(hint());
  const mark = () => view.dispatch(cm.setDiagnostics(view.state, marks(editor, view.state.doc)));
  area.required = false; // the browser cannot point at a field that is not shown; the server says what is missing
  if (focused) view.focus();
  label?.addEventListener("click", () => view.focus());
  area.addEventListener("htmx:beforeCleanupElement", () => view.destroy());
  editor.addEventListener("htmx:afterSettle", mark);
  editor.addEventListener("click", ({ target }) => {
    const place = target.closest(".place")?.closest("[data-place]").dataset.place;
    if (!place) return;
    view.dispatch({ selection: { anchor: range(view.state.doc, place).from }, scrollIntoView: true });
    view.focus();
  });
  mark();
}
