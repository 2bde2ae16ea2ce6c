"use strict";
(function () {
  const button = document.getElementById("toggle-code");
  const folds = document.querySelectorAll("details.code");
  if (!button || !folds.length) return;
  let open = false;
  button.hidden = false;
  button.addEventListener("click", function () {
    open = !open;
    folds.forEach(function (fold) { fold.open = open; });
    button.textContent = open ? "Hide all code" : "Show all code";
  });
})();
