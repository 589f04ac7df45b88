// On a narrow screen the columns of the board are sections: closed at first, each a press away.
if (window.matchMedia("(max-width: 767.98px)").matches) {
  for (const column of document.querySelectorAll(".board-column")) column.open = false;
}
