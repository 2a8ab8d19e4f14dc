// Small words and shapes that the worker's backend says everything with. Pure.

import type { FileView } from '#apps/worker/pages/model';

export function toFileView(one: { fileId: string; name: string; mediaType: string }): FileView {
  return { fileId: one.fileId, name: one.name, mediaType: one.mediaType, stateZh: '已安全保存' };
}

export function fileIdsIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  if ('fileIds' in value && Array.isArray(value.fileIds))
    return value.fileIds.filter((id): id is string => typeof id === 'string');
  return 'fileId' in value && typeof value.fileId === 'string' ? [value.fileId] : [];
}
