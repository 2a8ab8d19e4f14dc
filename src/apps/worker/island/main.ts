// The one script of the worker's pages. Every page works without it; it makes weak networks, cameras and fingers easier.

import { startDrafts } from './drafts.ts';
import { all } from './dom.ts';
import { startHints } from './hints.ts';
import { request, textIn } from './http.ts';
import { startSending } from './send.ts';
import { startSignatures } from './sign.ts';
import { startUploads } from './upload.ts';

/** A payment's page looks again by itself, ever more slowly, and loads anew when something changed. */
function startPolling(): void {
  all('[data-poll]').forEach((box) => {
    const url = box.getAttribute('data-poll') ?? '';
    const state = box.querySelector('[data-state]')?.getAttribute('data-state') ?? '';
    let delayMs = 2_000;
    const look = async (): Promise<void> => {
      const reply = document.hidden ? null : await request('GET', url, null);
      if (reply !== null && reply.status === 200 && textIn(reply, 'state') !== state) {
        location.reload();
        return;
      }
      delayMs = Math.min(delayMs * 1.4, 20_000);
      setTimeout(() => void look(), delayMs);
    };
    setTimeout(() => void look(), delayMs);
  });
}

const errors = document.getElementById('errors');
if (errors !== null) errors.focus();
startHints();
startUploads();
startSignatures();
startDrafts();
startSending();
startPolling();
