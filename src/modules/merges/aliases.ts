// Pure: from the merges in force to who stands for whom. Each id was merged into at most one other, so the merges are trees; the id at
// the top stands for all below it.

export type Edge = { readonly from: string; readonly into: string; readonly at: string };
export type Alias = { readonly personId: string; readonly rootId: string; readonly since: string };

export function aliasesOf(edges: readonly Edge[]): Alias[] {
  const up = new Map(edges.map((edge) => [edge.from, edge]));
  return edges.map(({ from }) => {
    let since = '';
    let rootId = from;
    // As many steps as there are merges, so that a circle, which no merge makes, would end as well.
    for (let step = 0; step < edges.length; step += 1) {
      const edge = up.get(rootId);
      if (!edge) break;
      rootId = edge.into;
      if (edge.at > since) since = edge.at;
    }
    return { personId: from, rootId, since };
  });
}
