/** One thing in an image's file system. Paths are absolute inside the image; missing parent folders are made. */
export type LayerEntry =
  | {
      readonly kind: 'file';
      readonly path: string;
      /** File on the host whose content is copied; symbolic links are followed. */
      readonly source: string;
    }
  | {
      readonly kind: 'text';
      readonly path: string;
      readonly text: string;
      /** Default 0644. */
      readonly mode?: number;
    }
  | {
      readonly kind: 'folder';
      readonly path: string;
      /** Default 0755. */
      readonly mode?: number;
    }
  | { readonly kind: 'link'; readonly path: string; readonly target: string };
