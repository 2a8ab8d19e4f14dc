// Service points near by: a list in words, by district without script and by distance where the phone says where it is. No map tiles.

import type { PageModel } from './model.ts';

type Model<Name extends PageModel['page']> = Extract<PageModel, { page: Name }>;

export function PointsPage({ model }: { model: Model<'points'> }) {
  const { points, districts, region, located } = model;
  return (
    <>
      <h1>附近的服务点</h1>
      <p class="lead">保险公司的服务点，经现场核验后公布。可以咨询、代办投保、交理赔材料；服务都不收费。</p>
      <form method="get" action="/m/service-points" class="card stack">
        <div class="f">
          <label class="q" for="region">
            在哪个区
          </label>
          <select id="region" name="region">
            <option value="">全部</option>
            {districts.map((one) => (
              <option value={one.region} selected={one.region === region}>
                {one.zh}（{one.count} 个）
              </option>
            ))}
          </select>
        </div>
        <div class="stack" data-locate="at">
          <input type="hidden" name="at.lat" value="" />
          <input type="hidden" name="at.lng" value="" />
          <input type="hidden" name="at.accuracyM" value="" />
        </div>
        <button class="btn">查看</button>
      </form>
      <p class="soft" role="status">
        {points.length === 0
          ? region === ''
            ? '还没有公布的服务点。可以拨打 12333 咨询。'
            : '这个区还没有公布的服务点。请换一个区，或拨打 12333 咨询。'
          : `${points.length} 个服务点${located ? '，近的在前' : ''}。`}
      </p>
      <ul class="cells">
        {points.map((point) => (
          <li class="cell">
            <span class="grow">
              <span class="t">
                {point.name}
                {point.far === '' ? '' : ` · ${point.far}`}
              </span>
              <span class="d">{point.place}</span>
              <span class="d">
                {point.openHours} · {point.items.join('、')}
              </span>
              <span class="d">{point.insurer}</span>
              <a class="btn plain slim" href={`tel:${point.hotline.replaceAll('-', '')}`}>
                拨打 {point.hotline}
              </a>
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}
