// Requests of the phone: XMLHttpRequest, because it tells the progress of an upload and old webviews have it. Loses nothing:
// no answer is told apart from a refusal.

export type Reply = { readonly status: number; readonly type: string; readonly text: string };

/** Null when no answer came: no network, or it took too long. */
export function request(
  method: string,
  url: string,
  body: FormData | string | null,
  onProgress?: (share: number) => void,
): Promise<Reply | null> {
  return new Promise((resolve) => {
    const xhr = new XMLHttpRequest();
    xhr.open(method, url);
    xhr.timeout = body instanceof FormData ? 180_000 : 30_000;
    xhr.setRequestHeader('accept', 'application/json');
    if (typeof body === 'string') xhr.setRequestHeader('content-type', 'application/x-www-form-urlencoded');
    if (onProgress) {
      xhr.upload.addEventListener('progress', (event) => {
        if (event.lengthComputable) onProgress(event.loaded / event.total);
      });
    }
    xhr.addEventListener('load', () =>
      resolve({ status: xhr.status, type: xhr.getResponseHeader('content-type') ?? '', text: xhr.responseText }),
    );
    ['error', 'timeout', 'abort'].forEach((name) => xhr.addEventListener(name, () => resolve(null)));
    xhr.send(body);
  });
}

/** One text of a JSON answer; empty when it is not there. */
export function textIn(reply: Reply, key: string): string {
  const value = json(reply)[key];
  return typeof value === 'string' ? value : '';
}

export function json(reply: Reply): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(reply.text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
