// After each test: nobody has put a key on Object.prototype. Loaded by jest for every suite.
const keysAtStart = Reflect.ownKeys(Object.prototype).length;

afterEach(() => {
  const added = Reflect.ownKeys(Object.prototype).slice(keysAtStart);

  if (added.length > 0) throw new Error(`the test left keys on Object.prototype: ${added.map(String).join(', ')}`);
});
