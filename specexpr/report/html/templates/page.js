
// A link into something folded opens it; browsers that do so themselves lose nothing.
function unfold() {
  const place = document.getElementById(location.hash.slice(1));
  for (let node = place; node; node = node.parentElement) if (node.tagName === "DETAILS") node.open = true;
  if (place) place.scrollIntoView();
}
addEventListener("hashchange", unfold);
if (location.hash) unfold();
