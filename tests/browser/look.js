// Ask axe about the page as it stands; returns the violations.
//
// Colours cost most of the time, and elements that are written alike (same tags and classes up to the body, same
// state, same colour) have the same contrast: one of each kind is asked for.
async ({ theme, rules }) => {
  const end = performance.now() + 20_000; // what is no page of the house has no theme: it is named, not waited for
  const frame = () =>
    new Promise((done, fail) => {
      if (performance.now() > end) fail(new Error(`never at rest in ${theme}: ${location.pathname}`));
      requestAnimationFrame(done);
    });
  const changing = () => // what is folded away does not go on until it is shown
    document.getAnimations().filter((one) => one instanceof CSSTransition && one.effect.target.checkVisibility());
  while (document.documentElement.dataset.bsTheme !== theme) await frame(); // the page hears of another theme,
  await frame();
  while (changing().length) await frame(); // and shows each colour in its own time
  await frame();
  const state = ["aria-disabled", "aria-current", "aria-invalid", "disabled", "type"];
  const written = (node) => {
    const said = state.map((name) => node.getAttribute(name) ?? "").join();
    return `${node.tagName}.${node.className}[${said}]`;
  };
  const likeness = (node) => {
    const style = getComputedStyle(node);
    const parts = [style.color, style.backgroundColor, style.fontSize, style.fontWeight];
    for (let one = node; one && one !== document.body; one = one.parentElement) parts.push(written(one));
    return parts.join(" < ");
  };
  const hasWords = (node) =>
    node.matches("input, select, textarea") ||
    [...node.childNodes].some((child) => child.nodeType === Node.TEXT_NODE && child.data.trim());
  const kinds = new Map();
  for (const node of document.body.querySelectorAll("*")) {
    if (hasWords(node) && node.checkVisibility()) {
      const kind = likeness(node);
      if (!kinds.has(kind)) kinds.set(kind, node);
    }
  }
  const colours = ["color-contrast", "link-in-text-block"];
  const violations = { resultTypes: ["violations"] };
  const ofColours = { ...violations, runOnly: { type: "rule", values: colours } };
  const found = (await axe.run({ include: [...kinds.values()] }, ofColours)).violations;
  if (rules === "all") {
    const without = Object.fromEntries(colours.map((name) => [name, { enabled: false }]));
    found.push(...(await axe.run(document, { ...violations, rules: without })).violations);
  } else if (rules.length) {
    found.push(...(await axe.run(document, { ...violations, runOnly: { type: "rule", values: rules } })).violations);
  }
  return found;
}
