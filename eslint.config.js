import js from '@eslint/js';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['dist', 'node_modules', '.node', 'coverage', 'reports', 'test/fixtures/runs'] },
  js.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['eslint.config.js', '.dependency-cruiser.mjs'] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      // Numbers in messages are the rule here, not a mistake.
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'kill', message: 'signalProcess refuses 0 and negative numbers' },
      ],
      // A boundary that takes `unknown` narrows it itself; index signatures are read with brackets (tsc checks).
      '@typescript-eslint/dot-notation': 'off',
    },
  },
  {
    // What is printed may hold the words of a cluster, a server or a file of somebody else.
    files: ['src/cli/**/*.ts'],
    ignores: ['src/cli/print.ts', 'src/cli/progress-line.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector: 'CallExpression[callee.property.name="write"][callee.object.object.name="process"]',
          message: 'print and printError leave out what would do something to a terminal',
        },
      ],
    },
  },
  {
    // Tests signal what they have started themselves.
    files: ['test/**/*.ts'],
    rules: { 'no-restricted-properties': 'off' },
  },
  {
    // The apps are plain JavaScript that runs inside containers; so is what is loaded into a load generator.
    files: [
      'scenarios/apps/**/*.js',
      'test/truth/{app,client}/*.js',
      'eslint.config.js',
      '.dependency-cruiser.mjs',
    ],
    ...tseslint.configs.disableTypeChecked,
  },
  {
    files: ['scenarios/apps/**/*.js', 'test/truth/{app,client}/*.js'],
    languageOptions: {
      globals: {
        process: 'readonly',
        performance: 'readonly',
        console: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
        setInterval: 'readonly',
        clearInterval: 'readonly',
        setImmediate: 'readonly',
        Buffer: 'readonly',
        URL: 'readonly',
      },
    },
  },
);
