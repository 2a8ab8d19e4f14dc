// The two palettes as data. `ink` and `soft` are text, `ground`, `panel` and `raised` what they stand on; each light (red,
// yellow, green) has a text colour and a wash behind it. Pure, so that a test can measure every pair.

export type Mode = 'light' | 'dark';

export type Palette = {
  readonly ink: string;
  readonly soft: string;
  readonly ground: string;
  readonly panel: string;
  readonly raised: string;
  readonly line: string;
  readonly edge: string;
  readonly accent: string;
  readonly accentDeep: string;
  readonly onAccent: string;
  readonly link: string;
  readonly accentWash: string;
  readonly red: string;
  readonly redWash: string;
  readonly yellow: string;
  readonly yellowWash: string;
  readonly green: string;
  readonly greenWash: string;
  readonly bar: string;
  readonly onBar: string;
};

export const palettes: Readonly<Record<Mode, Palette>> = {
  light: {
    ink: '#1b2430',
    soft: '#55606e',
    ground: '#f2f4f7',
    panel: '#ffffff',
    raised: '#ffffff',
    line: '#dde2e9',
    edge: '#b3bcc8',
    accent: '#0f5ea8',
    accentDeep: '#0b4a86',
    onAccent: '#ffffff',
    link: '#0b569c',
    accentWash: '#e8f1fa',
    red: '#b3201f',
    redWash: '#fdecea',
    yellow: '#7a4d00',
    yellowWash: '#fff4d6',
    green: '#1d6b3a',
    greenWash: '#e7f5ec',
    bar: '#12344f',
    onBar: '#ffffff',
  },
  dark: {
    ink: '#e6eaf0',
    soft: '#a9b3c0',
    ground: '#12161b',
    panel: '#1a2027',
    raised: '#232a33',
    line: '#313a45',
    edge: '#55606e',
    accent: '#2a6fb8',
    accentDeep: '#245f9e',
    onAccent: '#ffffff',
    link: '#83bdf5',
    accentWash: '#1d3248',
    red: '#ff9b93',
    redWash: '#3d1d1d',
    yellow: '#f3c767',
    yellowWash: '#3a2f14',
    green: '#86d8a3',
    greenWash: '#17331f',
    bar: '#0c2538',
    onBar: '#e6eaf0',
  },
};
