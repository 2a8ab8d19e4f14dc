// Small helpers over the page. Text goes in as text, never as markup.

export function make<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Readonly<Record<string, string>> = {},
  text = '',
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  Object.keys(attributes).forEach((name) => element.setAttribute(name, attributes[name] ?? ''));
  if (text !== '') element.textContent = text;
  return element;
}

export function all<Element extends HTMLElement = HTMLElement>(
  selector: string,
  root: ParentNode = document,
): Element[] {
  return Array.from(root.querySelectorAll<Element>(selector));
}

/** One line above the form's button that assistive technology reads out; a new one replaces it. */
export function say(form: HTMLElement, text: string, bad: boolean): void {
  let line = form.querySelector<HTMLElement>('[data-say]');
  if (line === null) {
    line = make('p', { 'data-say': '', role: 'status' });
    form.insertBefore(line, form.querySelector('[data-primary]') ?? form.lastElementChild);
  }
  line.className = bad ? 'note red' : 'note';
  line.textContent = text;
}

export function valueOf(form: HTMLElement, name: string): string {
  const input = form.querySelector<HTMLInputElement>(`input[type=hidden][name="${name}"]`);
  return input === null ? '' : input.value;
}
