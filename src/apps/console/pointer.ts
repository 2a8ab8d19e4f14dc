// Waits for a press to end. Leaving a field by a press elsewhere must not move what is being pressed: an error drawn between
// press and release would take the click away.

let pressed = false;
addEventListener('pointerdown', () => void (pressed = true), { capture: true });
addEventListener('pointerup', () => void (pressed = false), { capture: true });
addEventListener('pointercancel', () => void (pressed = false), { capture: true });

/** Does it now, or just after the click that is under way. */
export function afterPress(work: () => void): void {
  if (!pressed) return work();
  addEventListener('pointerup', () => setTimeout(work), { once: true, capture: true });
}
