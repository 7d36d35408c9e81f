/** What SPDX 2.3 says of the parts of a document that ours have (clauses 6, 7, 8 and 11). */

const id = { type: "string", pattern: "^SPDXRef-[A-Za-z0-9.-]+$" };
const text = { type: "string", minLength: 1 };
const checksum = {
  type: "object",
  required: ["algorithm", "checksumValue"],
  additionalProperties: false,
  properties: {
    algorithm: { enum: ["SHA1", "SHA256", "SHA512"] },
    checksumValue: { type: "string", pattern: "^([0-9a-f]{40}|[0-9a-f]{64}|[0-9a-f]{128})$" },
  },
};

/** An expression of licences that are on SPDX's list, or NOASSERTION. */
const licence = {
  type: "string",
  pattern:
    "^(NOASSERTION|\\(?(MIT|Apache-2\\.0|ISC|0BSD|BSD-2-Clause|BSD-3-Clause)( (OR|AND) (MIT|Apache-2\\.0|ISC|0BSD|BSD-3-Clause))*\\)?)$",
};

const packageSchema = {
  type: "object",
  required: ["SPDXID", "name", "downloadLocation"],
  additionalProperties: false,
  properties: {
    SPDXID: id,
    name: text,
    versionInfo: text,
    downloadLocation: { type: "string", pattern: "^(NOASSERTION|https://\\S+)$" },
    filesAnalyzed: { const: false },
    licenseDeclared: licence,
    licenseConcluded: licence,
    copyrightText: text,
    primaryPackagePurpose: { enum: ["APPLICATION", "LIBRARY"] },
    checksums: { type: "array", items: checksum },
    externalRefs: {
      type: "array",
      items: {
        type: "object",
        required: ["referenceCategory", "referenceType", "referenceLocator"],
        additionalProperties: false,
        properties: {
          referenceCategory: { const: "PACKAGE-MANAGER" },
          referenceType: { const: "purl" },
          referenceLocator: { type: "string", pattern: "^pkg:(npm|cargo|github)/[^@\\s]+@\\S+$" },
        },
      },
    },
    comment: text,
  },
};

const fileSchema = {
  type: "object",
  required: ["SPDXID", "fileName", "checksums"],
  additionalProperties: false,
  properties: {
    SPDXID: id,
    fileName: { type: "string", pattern: "^\\./[^/]+$" },
    fileTypes: { type: "array", items: { enum: ["ARCHIVE", "BINARY"] } },
    // SHA1 is mandatory for files (clause 8.4).
    checksums: {
      type: "array",
      items: checksum,
      contains: { type: "object", properties: { algorithm: { const: "SHA1" } } },
    },
    licenseConcluded: licence,
    copyrightText: text,
  },
};

const relationshipSchema = {
  type: "object",
  required: ["spdxElementId", "relationshipType", "relatedSpdxElement"],
  additionalProperties: false,
  properties: {
    spdxElementId: id,
    relationshipType: { enum: ["DESCRIBES", "CONTAINS", "GENERATED_FROM"] },
    relatedSpdxElement: id,
  },
};

export const SPDX_SCHEMA = {
  type: "object",
  required: ["spdxVersion", "dataLicense", "SPDXID", "name", "documentNamespace", "creationInfo"],
  additionalProperties: false,
  properties: {
    spdxVersion: { const: "SPDX-2.3" },
    dataLicense: { const: "CC0-1.0" },
    SPDXID: { const: "SPDXRef-DOCUMENT" },
    name: text,
    documentNamespace: { type: "string", pattern: "^https://[^#\\s]+$" },
    creationInfo: {
      type: "object",
      required: ["created", "creators"],
      additionalProperties: false,
      properties: {
        created: { type: "string", pattern: "^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ$" },
        creators: {
          type: "array",
          minItems: 1,
          items: { type: "string", pattern: "^(Tool|Person|Organization): " },
        },
      },
    },
    packages: { type: "array", minItems: 1, items: packageSchema },
    files: { type: "array", items: fileSchema },
    relationships: { type: "array", minItems: 1, items: relationshipSchema },
  },
};
