// Small words and shapes that the worker's backend says everything with. Pure.

import type { Draft } from '#apps/worker/backend';
import type { FileView } from '#apps/worker/pages/model';

const fileStates = {
  clean: '已安全保存',
  quarantined: '已收到，检查中',
  infected: '没有通过安全检查，请删去后换一个',
} as const;

export function toFileView(one: {
  fileId: string;
  name: string;
  mediaType: string;
  state: keyof typeof fileStates;
}): FileView {
  // What may not be looked at yet has no picture.
  const mediaType = one.state === 'clean' ? one.mediaType : '';
  return { fileId: one.fileId, name: one.name, mediaType, stateZh: fileStates[one.state] };
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
