export interface ImagePlatform {
  readonly os: string;
  /** As OCI names it: `amd64`. */
  readonly architecture: string;
}

export interface ArchivedImage {
  /**
   * Full names with tag, as containerd will store them: `docker.io/library/app:1`. Empty when the archive gives
   * the image no name, or only a tag.
   */
  readonly references: readonly string[];
  /** Every platform whose content is in the archive, at least one. */
  readonly platforms: readonly ImagePlatform[];
}

/** What a tar with images says about itself. */
export interface ImageArchive {
  readonly path: string;
  readonly format: 'oci' | 'docker-archive';
  readonly compression: 'none' | 'gzip';
  /** At least one; `docker save a b c` writes several into one file. */
  readonly images: readonly ArchivedImage[];
}
