// The colours of the desk, in light and dark, each pair of text and ground at 4.5 : 1 or more (theme.test.ts holds that).
// One palette feeds both our own style sheet (as custom properties) and antd's tokens.

import { theme as antdTheme, type ThemeConfig } from 'antd';
import { palettes, type Mode } from './palette.ts';

const storageKey = 'gongdun-desk-theme';

/** The person's choice, else the system's. */
export function startMode(): Mode {
  const kept = localStorage.getItem(storageKey);
  if (kept === 'light' || kept === 'dark') return kept;
  return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
}

export function keepMode(mode: Mode): void {
  localStorage.setItem(storageKey, mode);
}

/** Written through the object model, which a content security policy allows. */
export function applyPalette(mode: Mode): void {
  const root = document.documentElement;
  for (const [name, value] of Object.entries(palettes[mode])) root.style.setProperty(`--${name}`, value);
  root.style.colorScheme = mode;
  root.dataset['theme'] = mode;
}

export function antdThemeOf(mode: Mode): ThemeConfig {
  const colours = palettes[mode];
  return {
    algorithm: mode === 'dark' ? antdTheme.darkAlgorithm : antdTheme.defaultAlgorithm,
    token: {
      colorPrimary: colours.accent,
      colorPrimaryHover: colours.accentDeep,
      colorPrimaryActive: colours.accentDeep,
      colorLink: colours.link,
      colorErrorHover: colours.red,
      colorErrorActive: colours.red,
      colorError: colours.red,
      colorText: colours.ink,
      colorTextSecondary: colours.soft,
      colorTextTertiary: colours.soft,
      colorTextPlaceholder: colours.soft,
      colorTextDescription: colours.soft,
      colorBgContainer: colours.panel,
      colorBgElevated: colours.raised,
      colorBorder: colours.edge,
      colorTextLightSolid: colours.onAccent,
      borderRadius: 4,
      fontSize: 14,
      controlHeight: 34,
      // Nothing moves: on a busy computer an animation that misses its end leaves a button looking busy for ever.
      motion: false,
      fontFamily:
        'system-ui, -apple-system, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", "WenQuanYi Zen Hei", sans-serif',
    },
    components: {
      Button: {
        // antd derives hover colours that are too pale for text on a dark ground.
        defaultHoverColor: colours.link,
        defaultHoverBorderColor: colours.link,
        defaultActiveColor: colours.link,
        defaultActiveBorderColor: colours.link,
        primaryShadow: 'none',
        defaultShadow: 'none',
        dangerShadow: 'none',
        contentFontSize: 14,
      },
    },
  };
}
