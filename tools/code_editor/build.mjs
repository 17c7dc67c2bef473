// Bundles CodeMirror into static/vendor/ under a name with its hash, which browsers may keep for good; beside it a
// compressed copy, which the server hands out, and the licences. templates/console/editor/json.html names the file.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, unlinkSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const folder = "../../static/vendor/";
const options = { bundle: true, minify: true, format: "esm", legalComments: "none", metafile: true, write: false };
const { metafile, outputFiles: [{ contents }] } = await build({ entryPoints: ["entry.js"], outfile: "codemirror.js", ...options });

const inside = Object.keys(metafile.inputs).map((path) => path.match(/^node_modules\/((?:@[^/]+\/)?[^/]+)/)?.[1]);
const packages = [...new Set(inside.filter(Boolean))].sort();
const licences = packages.map((name) => {
  const { version, license } = JSON.parse(readFileSync(`node_modules/${name}/package.json`, "utf8"));
  const file = readdirSync(`node_modules/${name}`).find((one) => /^licen[cs]e/i.test(one));
  return `${name} ${version} (${license})\n\n${readFileSync(`node_modules/${name}/${file}`, "utf8").trim()}\n`;
});

const name = `codemirror.${createHash("sha256").update(contents).digest("hex").slice(0, 12)}.js`;
readdirSync(folder).filter((file) => file.startsWith("codemirror.")).forEach((file) => unlinkSync(folder + file));
writeFileSync(folder + name, contents);
writeFileSync(`${folder}${name}.gz`, gzipSync(contents, { level: 9 }));
writeFileSync(`${folder}codemirror.LICENSE.txt`, `Built by tools/code_editor from these packages.\n\n${licences.join(`\n${"-".repeat(72)}\n\n`)}`);
console.log(`${name}, of ${packages.length} packages`);
