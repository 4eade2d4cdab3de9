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
      // A boundary that takes `unknown` narrows it itself; index signatures are read with brackets (tsc checks).
      '@typescript-eslint/dot-notation': 'off',
    },
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
