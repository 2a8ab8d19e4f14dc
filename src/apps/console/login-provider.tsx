// The other way in, where the employer has an identity provider: the button that leads there, and what is said to whoever comes back
// without having been let in. Not shown where no provider is connected.

import { Alert, Button } from 'antd';
import { useQuery } from '@tanstack/react-query';
import { oidcRefusals, type OidcRefusalCode, type StaffWays } from '#contract/identity';
import { ask } from './api.ts';
import { api, pages, safeBack } from './paths.ts';
import { usePlace } from './router.tsx';

const isCode = (code: string): code is OidcRefusalCode => code in oidcRefusals;

/** What the way back carried: `totp`, or why it ended. */
export function useProviderAnswer(): { readonly proven: boolean; readonly refused: OidcRefusalCode | null } {
  const sso = new URLSearchParams(usePlace().search).get('sso');
  const code = `identity.oidc_${sso ?? ''}`;
  return { proven: sso === 'totp', refused: isCode(code) ? code : null };
}

export function ProviderRefused({ code }: { readonly code: OidcRefusalCode }) {
  const { zh, next } = oidcRefusals[code];
  const subject = code === 'identity.oidc_unlinked' ? subjectIn(location.hash) : '';
  return (
    <Alert
      type={code === 'identity.oidc_unreachable' ? 'warning' : 'error'}
      showIcon
      role="alert"
      className="gap"
      title={zh}
      description={
        <>
          {next}
          {subject !== '' && (
            <>
              <br />
              认证标识：<span className="mono secret">{subject}</span>
            </>
          )}
        </>
      }
    />
  );
}

/** `told`: the page has just said that the provider is away. */
export function ProviderButton({ told }: { readonly told: boolean }) {
  const place = usePlace();
  const ways = useQuery({ queryKey: ['staff-ways'], queryFn: () => ask<StaffWays>(api.staffWays), retry: false });
  const oidc = ways.data?.oidc;
  if (!oidc) return null;
  const back = safeBack(new URLSearchParams(place.search).get('back')) || pages.tasks();
  return (
    <section className="login-provider">
      <Button block size="large" href={api.oidcBegin(back)}>
        统一身份认证登录
      </Button>
      {oidc.state === 'unreachable' && !told && (
        <p className="soft" role="status">
          统一身份认证刚才连不上，请先用工号和密码登录。
        </p>
      )}
    </section>
  );
}

function subjectIn(hash: string): string {
  return new URLSearchParams(`subject=${hash.slice(1)}`).get('subject') ?? '';
}
