/** The package ships no types; this is the part of its interface that we use. */
declare module 'write-file-atomic' {
  export default function writeFileAtomic(
    path: string,
    data: string | Buffer,
    options?: { readonly encoding?: BufferEncoding; readonly mode?: number; readonly fsync?: boolean },
  ): Promise<void>;
}
