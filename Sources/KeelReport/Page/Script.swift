/// The page's only script: opens deferred parts, sorts tables, follows links and chooses a theme.
enum Script {
    static let source = """
        (() => {
          "use strict";
          const root = document.documentElement;
          let parts;

          // Each part is written by a table of words, one character for each; see WordTable.
          const read = ({words, texts}) => {
            const table = new Map();
            let code = 0x1f;
            for (const word of words) {
              do {
                code = code === 0x7d ? 0xa1 : code === 0x1fff ? 0x2070 : code + 1;
              } while (code === 0x22 || code === 0x3c || code === 0x5c);
              table.set(String.fromCharCode(code), word);
            }
            return index => texts[index].split("~").map((text, plain) => plain % 2
              ? text : Array.from(text, character => table.get(character)).join("")).join("");
          };

          // The HTML of a part was escaped when the page was made; see escapedForMarkup.
          const fill = details => {
            const box = details.querySelector(":scope > [data-part]");
            if (!box) return;
            parts ??= read(JSON.parse(document.getElementById("parts").textContent));
            box.innerHTML = parts(Number(box.dataset.part));
            box.removeAttribute("data-part");
            makeSortable(box);
          };
          document.addEventListener("toggle", event => {
            if (event.target.open) fill(event.target);
          }, true);

          const key = (row, column) => {
            const cell = row.cells[column];
            if (cell.dataset.value !== undefined) return Number(cell.dataset.value);
            return cell.querySelector("[aria-label=missing]") ? undefined : cell.textContent;
          };
          const compare = (a, b) => typeof a === "number" && typeof b === "number"
            ? a - b : String(a).localeCompare(String(b), root.lang, {numeric: true});
          const sort = (table, header) => {
            const column = header.cellIndex;
            const direction = header.ariaSort === "ascending" ? -1 : 1;
            const rows = [...table.tBodies[0].rows].map(row => [key(row, column), row]);
            rows.sort(([a], [b]) => a === undefined || b === undefined
              ? (a === undefined) - (b === undefined) : direction * compare(a, b));
            for (const other of header.parentNode.cells) other.removeAttribute("aria-sort");
            header.ariaSort = direction === 1 ? "ascending" : "descending";
            table.tBodies[0].append(...rows.map(([, row]) => row));
          };
          const makeSortable = element => {
            for (const table of element.querySelectorAll("table[data-sortable]")) {
              for (const header of table.tHead.rows[0].cells) {
                if (header.querySelector("button")) continue;
                const button = document.createElement("button");
                button.append(...header.childNodes);
                button.addEventListener("click", () => sort(table, header));
                header.append(button);
              }
            }
          };
          makeSortable(document);

          const openTarget = () => {
            const target = document.getElementById(location.hash.slice(1));
            if (target?.localName !== "details") return;
            for (let box = target; box; box = box.parentElement.closest("details")) box.open = true;
            target.scrollIntoView();
            target.querySelector("summary").focus({preventScroll: true});
          };
          addEventListener("hashchange", openTarget);
          // A row of a picture; the table behind it has a link for each.
          document.addEventListener("click", event => {
            const row = event.target.closest?.("[data-to]");
            if (row) location.hash = row.dataset.to;
          });
          // Once the browser has gone there itself, since it takes the focus away again.
          addEventListener("load", () => setTimeout(openTarget));

          const links = new Map([...document.querySelectorAll("nav a")]
            .map(link => [link.hash.slice(1), link]));
          const observer = new IntersectionObserver(entries => {
            for (const entry of entries) {
              if (!entry.isIntersecting) continue;
              for (const link of links.values()) link.removeAttribute("aria-current");
              links.get(entry.target.firstElementChild.id)?.setAttribute("aria-current", "true");
            }
          }, {rootMargin: "-10% 0px -80% 0px"});
          for (const section of document.querySelectorAll("main > section")) {
            observer.observe(section);
          }

          const button = document.getElementById("theme");
          const isDark = () => root.dataset.theme
            ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
          const name = () => { button.textContent = isDark() ? "Light page" : "Dark page"; };
          button.addEventListener("click", () => {
            root.dataset.theme = isDark() ? "light" : "dark";
            name();
          });
          name();
          button.hidden = false;
        })();
        """
}
