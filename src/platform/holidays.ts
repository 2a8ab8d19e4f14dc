// The days off and the swapped working weekends of each year, as the State Council announced them, and
// the statutory days that stand in until it does (全国年节及纪念日放假办法, each revision from its own date).
// Data only: no arithmetic on limits here. A new notice is a new entry in `announcedYears`, copied day by
// day from the notice; a published entry is corrected only together with a recorded recomputation.

export type CalendarYear = {
  year: number;
  /** Number of the State Council's notice, or the law a provisional year is taken from. */
  source: string;
  provisional: boolean;
  /** Every day of the announced days off, weekends inside them included. */
  holidays: readonly string[];
  /** Saturdays and Sundays on which work is done in exchange. */
  workingWeekends: readonly string[];
};

const DAY_MS = 86_400_000;

export const announcedYears: readonly CalendarYear[] = [
  {
    year: 2024,
    source: '国办发明电〔2023〕7号',
    provisional: false,
    holidays: [
      '2024-01-01',
      // 2024-02-09 (除夕) is only a recommendation of rest in the notice: it stays a working day.
      ...span('2024-02-10', '2024-02-17'),
      ...span('2024-04-04', '2024-04-06'),
      ...span('2024-05-01', '2024-05-05'),
      '2024-06-10',
      ...span('2024-09-15', '2024-09-17'),
      ...span('2024-10-01', '2024-10-07'),
    ],
    workingWeekends: [
      '2024-02-04',
      '2024-02-18',
      '2024-04-07',
      '2024-04-28',
      '2024-05-11',
      '2024-09-14',
      '2024-09-29',
      '2024-10-12',
    ],
  },
  {
    year: 2025,
    source: '国办发明电〔2024〕12号',
    provisional: false,
    holidays: [
      '2025-01-01',
      ...span('2025-01-28', '2025-02-04'),
      ...span('2025-04-04', '2025-04-06'),
      ...span('2025-05-01', '2025-05-05'),
      ...span('2025-05-31', '2025-06-02'),
      ...span('2025-10-01', '2025-10-08'),
    ],
    workingWeekends: ['2025-01-26', '2025-02-08', '2025-04-27', '2025-09-28', '2025-10-11'],
  },
  {
    year: 2026,
    source: '国办发明电〔2025〕7号',
    provisional: false,
    holidays: [
      ...span('2026-01-01', '2026-01-03'),
      ...span('2026-02-15', '2026-02-23'),
      ...span('2026-04-04', '2026-04-06'),
      ...span('2026-05-01', '2026-05-05'),
      ...span('2026-06-19', '2026-06-21'),
      ...span('2026-09-25', '2026-09-27'),
      ...span('2026-10-01', '2026-10-07'),
    ],
    workingWeekends: ['2026-01-04', '2026-02-14', '2026-02-28', '2026-05-09', '2026-09-20', '2026-10-10'],
  },
];

type Statute = {
  fromYear: number;
  source: string;
  /** Fixed days, 'MM-DD'. */
  fixed: readonly string[];
  /** Days of the Spring Festival, counted from the first day of the first lunar month (−1 is 除夕). */
  springOffsetDays: readonly number[];
  /** 清明, 端午 and 中秋 became days off with the revision of 2007. */
  traditional: boolean;
};

const NATIONAL_DAYS = ['10-01', '10-02', '10-03'];

/** Newest first: a year takes the first whose `fromYear` it has reached. */
const statutes: readonly Statute[] = [
  {
    fromYear: 2025,
    source: '全国年节及纪念日放假办法（2024年修订）',
    fixed: ['01-01', '05-01', '05-02', ...NATIONAL_DAYS],
    springOffsetDays: [-1, 0, 1, 2],
    traditional: true,
  },
  {
    fromYear: 2014,
    source: '全国年节及纪念日放假办法（2013年修订）',
    fixed: ['01-01', '05-01', ...NATIONAL_DAYS],
    springOffsetDays: [0, 1, 2],
    traditional: true,
  },
  {
    fromYear: 2008,
    source: '全国年节及纪念日放假办法（2007年修订）',
    fixed: ['01-01', '05-01', ...NATIONAL_DAYS],
    springOffsetDays: [-1, 0, 1],
    traditional: true,
  },
  {
    fromYear: 2000,
    source: '全国年节及纪念日放假办法（1999年修订）',
    fixed: ['01-01', '05-01', '05-02', '05-03', ...NATIONAL_DAYS],
    springOffsetDays: [0, 1, 2],
    traditional: false,
  },
];

/**
 * The statutory days alone, for a year without an entry above. Which weekday makes up for a statutory day
 * that falls on a weekend, and which weekends are worked, only the notice can say: neither is guessed.
 */
export function provisionalYear(year: number): CalendarYear {
  const statute = statutes.find((one) => year >= one.fromYear);
  if (!Number.isInteger(year) || statute === undefined || year > 2100) {
    throw new RangeError(`provisional holidays exist for the years 2000 to 2100, not ${year}`);
  }
  const spring = lunarDay(year, 'M01', 1);
  const days = [
    ...statute.fixed.map((monthDay) => `${year}-${monthDay}`),
    ...statute.springOffsetDays.map((offset) => shift(spring, offset)),
  ];
  if (statute.traditional) {
    days.push(qingming(year), lunarDay(year, 'M05', 5), lunarDay(year, 'M08', 15));
  }
  // 中秋 can be 1, 2 or 3 October: one day, not two.
  const holidays = [...new Set(days)].toSorted();
  return { year, source: statute.source, provisional: true, holidays, workingWeekends: [] };
}

/**
 * Temporal's tables follow GB/T 33661; `Intl.DateTimeFormat` computes with another engine that is a day
 * off for the Spring Festivals of 2027 and 2030, so it is not used.
 */
function lunarDay(year: number, monthCode: string, day: number): string {
  return Temporal.PlainDate.from({ calendar: 'chinese', year, monthCode, day }).withCalendar('iso8601').toString();
}

/**
 * Day on which the sun reaches longitude 15° in China's time, by the usual formula of the 21st century
 * (a mean year of 365.2422 days); its test compares it with the sun's position for every year.
 */
function qingming(year: number): string {
  const years = year - 2000;
  const leapDays = Math.floor(years / 4) - (year === 2100 ? 1 : 0);
  const day = Math.floor(years * 0.2422 + 4.81) - leapDays;
  return `${year}-04-0${day}`;
}

function shift(day: string, days: number): string {
  return new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10);
}

function span(first: string, last: string): string[] {
  const days: string[] = [];
  for (let ms = Date.parse(first); ms <= Date.parse(last); ms += DAY_MS) {
    days.push(new Date(ms).toISOString().slice(0, 10));
  }
  return days;
}
