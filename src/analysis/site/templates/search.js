(function () {
  const box = document.getElementById("search");
  if (!box) return;
  const query = document.getElementById("query");
  const found = document.getElementById("found");
  const said = Array.from(document.getElementById("found-words").children, function (each) { return each.textContent; });
  function plain(words) { return words.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase(); }
  const sections = Array.from(document.querySelectorAll("#entries section"), function (section) {
    const items = Array.from(section.querySelectorAll("li"), function (item) { return [item, plain(item.textContent)]; });
    return [section, items];
  });
  // Every word that is typed must be in an entry, in whatever order.
  function show() {
    const words = plain(query.value).split(/\s+/).filter(Boolean);
    let count = 0;
    sections.forEach(function (each) {
      let here = 0;
      each[1].forEach(function (item) {
        const fits = words.every(function (word) { return item[1].includes(word); });
        item[0].hidden = !fits;
        here += fits;
      });
      each[0].hidden = !here;
      count += here;
    });
    found.textContent = !words.length ? "" : count ? said[0].replace("%", count) : said[1];
  }
  box.hidden = false;
  query.addEventListener("input", show);
  show();  // a browser that goes back keeps what was typed
})();
