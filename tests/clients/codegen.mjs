// Typed documents, and the manifest of those that a shop front may send.
import { addTypenameToDocument } from "@apollo/client/utilities";

/** Apollo Client asks for `__typename` everywhere; so does what is listed. */
const typenames = {
  transform: ({ documents }) =>
    documents.map((file) => ({ ...file, document: file.document && addTypenameToDocument(file.document) })),
};

/** @type {import("@graphql-codegen/cli").CodegenConfig} */
export default {
  schema: "../../schema.graphql",
  documents: "documents/*.graphql",
  generates: {
    "generated/codegen/": {
      preset: "client",
      documentTransforms: [typenames],
      presetConfig: { persistedDocuments: { hashAlgorithm: "sha256" } },
      config: { scalars: { Decimal: "string", DateTime: "string" } },
    },
  },
};
