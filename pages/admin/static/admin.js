// The pages work without this. With it, what is there to be copied has a button that copies it.
"use strict";
for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).value);
    const said = button.textContent;
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = said; }, 1500);
  });
}
// A list left open shows news as they come, unless nobody looks, somebody is at work in it, or it is told not to.
const refreshes = document.getElementById("refreshes");
if (refreshes && window.htmx) refreshes.parentElement.hidden = false;
document.addEventListener("htmx:beforeRequest", (event) => {
  const asking = event.detail.elt;
  if ("news" in asking.dataset) {
    const isInUse = asking.contains(document.activeElement) || !getSelection().isCollapsed;
    if (document.hidden || isInUse || !refreshes.checked) event.preventDefault();
  }
  if (asking.dataset.said) say(asking.dataset.said);
});
document.addEventListener("htmx:afterRequest", (event) => {
  const asked = event.detail.requestConfig.elt;
  if (!asked.dataset.said) return;
  say(event.detail.successful ? "" : "There was no answer. Try again.");
  if (event.detail.successful) document.getElementById(asked.getAttribute("hx-target").slice(1)).focus();
});
function say(words) { document.getElementById("said").textContent = words; }
