/** `lockstep/orders`: the shape of the documents in the collection `orders`, and its type. */
export { ORDER_FIELDS, type OrderDocument } from './persist/order-fields.ts';
