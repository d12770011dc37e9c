// The people of the demo organization: believable names, departments and places, the same at every start.

/** A person of the demo, before anything has happened to them. */
export interface DemoPerson {
  readonly userName: string;
  readonly givenName: string;
  readonly familyName: string;
  readonly department: string;
  readonly title: string;
  readonly country: string;
  readonly locale: string;
  readonly timeZone: string;
  /** userName of the department's lead; null for the leads themselves. */
  readonly manager: string | null;
}

/** Numbers in [0, 1) that are the same at every start. Source: mulberry32, a 32-bit generator in the public domain. */
export function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const given =
  'Amara,Bjarne,Carla,Dmitri,Elif,Farid,Greta,Hiro,Ines,Jonas,Kavya,Liam,Mei,Nadia,Oskar,Priya,Quentin,Rosa,Samir,Tove,Uma,Viktor,Wanda,Ximena,Yusuf,Zoe,Anton,Beatriz,Cem,Dana'.split(
    ',',
  );
const family =
  'Adeyemi,Berg,Castellanos,Dubois,Eriksen,Fischer,Garcia,Hofmann,Ivanova,Jansen,Kowalski,Lindqvist,Moreau,Nakamura,O’Brien,Petrov,Quispe,Rossi,Schneider,Tanaka,Ulrich,Verma,Weber,Xu,Yilmaz,Zimmer'.split(
    ',',
  );

const departments = [
  {
    name: 'Engineering',
    share: 0.32,
    titles: ['Software Engineer', 'Senior Engineer', 'Platform Engineer', 'QA Engineer'],
  },
  { name: 'Sales', share: 0.2, titles: ['Account Executive', 'Sales Manager', 'Sales Engineer'] },
  { name: 'Customer Success', share: 0.14, titles: ['Customer Success Manager', 'Support Specialist'] },
  { name: 'Operations', share: 0.12, titles: ['Operations Analyst', 'Logistics Planner'] },
  { name: 'Marketing', share: 0.09, titles: ['Content Editor', 'Campaign Manager'] },
  { name: 'Finance', share: 0.07, titles: ['Controller', 'Accountant'] },
  { name: 'People', share: 0.06, titles: ['Recruiter', 'People Partner'] },
] as const;

const places = [
  { country: 'DE', locale: 'de-DE', timeZone: 'Europe/Berlin', share: 0.55 },
  { country: 'US', locale: 'en-US', timeZone: 'America/New_York', share: 0.25 },
  { country: 'IN', locale: 'en-IN', timeZone: 'Asia/Kolkata', share: 0.2 },
] as const;

/** `count` people with different userNames; the first of each department leads it. */
export function makePeople(count: number, random: () => number): DemoPerson[] {
  const leads = new Map<string, string>();
  return Array.from({ length: count }, (_, index) => {
    const [givenName, familyName] = nameAt(index);
    const department = pick(departments, random);
    const place = pick(places, random);
    const userName = `${plain(givenName)}.${plain(familyName)}@demo.example`;
    const manager = leads.get(department.name) ?? null;
    if (manager === null) leads.set(department.name, userName);
    const title =
      manager === null
        ? `Head of ${department.name}`
        : (department.titles[Math.floor(random() * department.titles.length)] ?? '');
    return {
      userName,
      givenName,
      familyName,
      department: department.name,
      title,
      country: place.country,
      locale: place.locale,
      timeZone: place.timeZone,
      manager,
    };
  });
}

/** Walks both lists at different speeds: for one given name the family names step by 31, which shares no factor with 26. */
function nameAt(index: number): [string, string] {
  const familyIndex = (Math.floor(index / given.length) + index) % family.length;
  return [given[index % given.length] ?? '', family[familyIndex] ?? ''];
}

function pick<T extends { readonly share: number }>(all: readonly T[], random: () => number): T {
  let left = random();
  const found = all.find(({ share }) => (left -= share) < 0);
  return found ?? (all[0] as T);
}

function plain(name: string): string {
  return name
    .normalize('NFKD')
    .replaceAll(/[^A-Za-z]/g, '')
    .toLowerCase();
}
