// Small words and shapes that the worker's backend says everything with. Pure.

import type { Draft } from '#apps/worker/backend';
import type { FileView } from '#apps/worker/pages/model';

export function toFileView(one: { fileId: string; name: string; mediaType: string }): FileView {
  return { fileId: one.fileId, name: one.name, mediaType: one.mediaType, stateZh: '已安全保存' };
}

/** Kept values and the masks of sealed ones. */
export function openedAndMasked(data: Readonly<Record<string, unknown>>): Pick<Draft, 'answers' | 'masks'> {
  const answers: Record<string, unknown> = {};
  const masks: Record<string, string> = {};
  for (const [name, value] of Object.entries(data)) {
    if (typeof value === 'object' && value !== null && 'sealed' in value && 'mask' in value)
      masks[name] = String(value.mask);
    else answers[name] = value;
  }
  return { answers, masks };
}

export function fileIdsIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  if ('fileIds' in value && Array.isArray(value.fileIds))
    return value.fileIds.filter((id): id is string => typeof id === 'string');
  return 'fileId' in value && typeof value.fileId === 'string' ? [value.fileId] : [];
}
