import { APPLIED, CREATED, EVENT, ORDER, ORDER_ID, REASON, SENT, SHOP } from './example-values.ts';

/** Examples of the API's document: events of other systems, and their types. */

const TYPE = 'wms/picked';
const SETTINGS = {
  schema: {
    type: 'object',
    required: ['boxes'],
    properties: { boxes: { type: 'integer', minimum: 1 }, picker: { type: 'string' } },
    additionalProperties: false,
  },
  public: ['/boxes'],
};
const SHOWN = { type: TYPE, ...SETTINGS, createdAt: CREATED, changedAt: CREATED, revision: 1 };

export const INTAKE_EXAMPLES: Readonly<Record<string, unknown>> = {
  EventPost: {
    shop: SHOP,
    order: ORDER_ID,
    type: TYPE,
    occurredAt: SENT,
    data: { boxes: 2, picker: 'Jane' },
  },
  EventTaken: { outcome: 'accepted', event: EVENT, order: ORDER, type: TYPE, firstSeenAt: null },
  EventType: SHOWN,
  EventTypeList: { types: [SHOWN] },
  EventTypePut: { ...SETTINGS, reason: REASON },
  EventTypeAnswer: { ...SHOWN, changedAt: APPLIED, did: 'registered' },
};
