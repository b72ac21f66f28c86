import { renderConfig } from '../../../box/release/config-render';

const render = (path: string, text: string, values: Record<string, string | number | boolean> = {}) =>
  renderConfig(new Map([[path, text]]), values);

test('values fill their placeholders', () => {
  expect(render('a.conf', 'port={{port}} name={{ name }}', { port: 8042, name: 'l01' }).files.get('a.conf')).toBe(
    'port=8042 name=l01',
  );
});

test('a text in a .json file stays inside its string, whatever is in it', () => {
  const nasty = 'a "quote", a \\ and\na line';
  const { files } = render('c.json', '{"greeting": "{{greeting}}", "port": {{port}}}', { greeting: nasty, port: 1 });
  expect(JSON.parse(files.get('c.json') as string)).toEqual({ greeting: nasty, port: 1 });
});

test('a key that nobody gives is an error that names file, line and key', () => {
  expect(() => render('c.conf', 'a\nb={{missing}}', { port: 1 })).toThrow(/templates\/c\.conf:2 asks for \{\{missing\}\}/);
});

test.each(['constructor', 'toString'])('%s is no value', (name) => {
  expect(() => render('c.conf', `{{${name}}}`)).toThrow(/nobody gives it/);
});

test('JSON that does not parse once rendered is an error', () => {
  expect(() => render('c.json', '{"port": {{port}}}', { port: 'x y' })).toThrow(/not valid JSON/);
});

test('the digest covers paths and contents, and not the order of files', () => {
  const one = renderConfig(
    new Map([
      ['a', '1'],
      ['b', '2'],
    ]),
    {},
  ).digest;
  expect(
    renderConfig(
      new Map([
        ['b', '2'],
        ['a', '1'],
      ]),
      {},
    ).digest,
  ).toBe(one);
  expect(
    renderConfig(
      new Map([
        ['a', '2'],
        ['b', '1'],
      ]),
      {},
    ).digest,
  ).not.toBe(one);
});
