/** The app, as Shopify knows it. */
export interface FakeApp {
  apiKey: string;
  apiSecret: string;
  /** Its page in the admin; without it, the admin has no page for the app. */
  appUrl: string | undefined;
}
