const sizes: Readonly<Record<string, number>> = { UploadPictures: 3008 }
export function memoryOf(id: string): number {
  return sizes[id] ?? 512
}
