// The uploaded evidence: thumbnails, and a viewer that enlarges and turns. Bytes are fetched as blobs, so that a file is never
// opened as a page of ours; a PDF opens in a tab of its own.

import { Button } from 'antd';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';
import type { CaseView } from '#contract/cases';
import { bytes, sentenceOf } from './api.ts';
import { Dialog } from './dialog.tsx';
import { api } from './paths.ts';

type Item = { readonly fileId: string; readonly zh: string };

export function Evidence({ view }: { readonly view: CaseView }) {
  const items: readonly Item[] = view.facts.flatMap((fact) =>
    fact.fileIds.map((fileId, index) => ({
      fileId,
      zh: fact.fileIds.length > 1 ? `${fact.zh} ${index + 1}` : fact.zh,
    })),
  );
  const [at, setAt] = useState<number | null>(null);
  if (items.length === 0) return null;
  const current = at === null ? undefined : items[at];
  return (
    <section className="panel" aria-labelledby="evidence-title">
      <h2 id="evidence-title">
        证据材料 <span className="count">{items.length}</span>
      </h2>
      <ul className="evidence">
        {items.map((item, index) => (
          <li key={item.fileId}>
            <Thumbnail item={item} onOpen={() => setAt(index)} />
          </li>
        ))}
      </ul>
      {current && at !== null && (
        <Dialog title={`${current.zh}（${at + 1} / ${items.length}）`} onClose={() => setAt(null)} wide>
          <Viewer
            key={current.fileId}
            item={current}
            onPrevious={at > 0 ? () => setAt(at - 1) : undefined}
            onNext={at < items.length - 1 ? () => setAt(at + 1) : undefined}
          />
        </Dialog>
      )}
    </section>
  );
}

/** An address for the blob that lives as long as the component. */
function useBlob(fileId: string) {
  const found = useQuery({
    queryKey: ['file', fileId],
    queryFn: () => bytes(api.file(fileId)),
    staleTime: Infinity,
    gcTime: 300_000,
  });
  const [url, setUrl] = useState<string | null>(null);
  useEffect(() => {
    if (!found.data) return;
    const made = URL.createObjectURL(found.data);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [found.data]);
  const kind = kindOf(found.data?.type ?? '');
  return { url, kind, error: found.error };
}

function kindOf(type: string): 'image' | 'pdf' | 'other' {
  if (/^image\/(?:jpeg|png|webp|gif|avif)/.test(type)) return 'image';
  return type.startsWith('application/pdf') ? 'pdf' : 'other';
}

function Thumbnail({ item, onOpen }: { readonly item: Item; readonly onOpen: () => void }) {
  const { url, kind, error } = useBlob(item.fileId);
  const face = (
    <>
      <span className="thumb">
        {url && kind === 'image' ? (
          <img src={url} alt="" />
        ) : (
          <span>{error ? '打不开' : kind === 'pdf' ? 'PDF' : url ? '文件' : '…'}</span>
        )}
      </span>
      <span>{item.zh}</span>
    </>
  );
  if (url && kind !== 'image') {
    return (
      <a href={api.file(item.fileId)} target="_blank" rel="noreferrer">
        {face}
        <span className="sub">在新标签页打开</span>
      </a>
    );
  }
  return (
    <button type="button" onClick={onOpen}>
      <span className="hidden">查看</span>
      {face}
    </button>
  );
}

type ViewerProps = {
  readonly item: Item;
  readonly onPrevious: (() => void) | undefined;
  readonly onNext: (() => void) | undefined;
};

const zooms = [1, 1.5, 2, 3, 4] as const;

function Viewer({ item, onPrevious, onNext }: ViewerProps) {
  const { url, kind, error } = useBlob(item.fileId);
  const [level, setLevel] = useState(0);
  const [turns, setTurns] = useState(0);
  const zoom = zooms[level] ?? 1;
  const style = useMemo(() => ({ width: `${zoom * 100}%`, transform: `rotate(${turns * 90}deg)` }), [zoom, turns]);
  return (
    <div className="viewer">
      <div className="viewer-bar" role="toolbar" aria-label="查看工具">
        <Button disabled={!onPrevious} onClick={onPrevious}>
          上一份
        </Button>
        <Button disabled={!onNext} onClick={onNext}>
          下一份
        </Button>
        <span className="grow" />
        <Button disabled={level === 0} onClick={() => setLevel(level - 1)}>
          缩小
        </Button>
        <span className="soft">{Math.round(zoom * 100)}%</span>
        <Button disabled={level === zooms.length - 1} onClick={() => setLevel(level + 1)}>
          放大
        </Button>
        <Button onClick={() => setTurns((turns + 3) % 4)}>左转</Button>
        <Button onClick={() => setTurns((turns + 1) % 4)}>右转</Button>
        <Button
          onClick={() => {
            setLevel(0);
            setTurns(0);
          }}
        >
          还原
        </Button>
        <a href={api.file(item.fileId)} target="_blank" rel="noreferrer">
          原件
        </a>
      </div>
      {/* The picture is larger than its frame when enlarged: the keyboard scrolls it. */}
      <div className="viewer-frame" tabIndex={0} role="region" aria-label={item.zh}>
        {error ? <p role="alert">{sentenceOf(error).what}</p> : null}
        {url && kind === 'image' && <img src={url} alt={item.zh} style={style} />}
        {url && kind !== 'image' && <p>这份文件不是图片，请点“原件”在新标签页打开。</p>}
      </div>
    </div>
  );
}
