// Runs scenarios one after the other and prints what became of each as one line of JSON.
export async function run(scenarios) {
  const outcomes = {};
  for (const [name, scenario] of Object.entries(scenarios)) {
    try {
      await scenario();
      outcomes[name] = 'ok';
    } catch (error) {
      outcomes[name] = `${error?.stack ?? error}`;
    }
  }
  console.log(JSON.stringify(outcomes));
  process.exit(0);
}

export function equal(actual, expected) {
  const [a, e] = [actual, expected].map((value) => JSON.stringify(value, (_, item) => (typeof item === 'bigint' ? `${item}` : item)));
  if (a !== e) throw new Error(`${a} instead of ${e}`);
}
