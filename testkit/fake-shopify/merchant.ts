/**
 * Opens the app as the merchant does: the admin leads to the app's page, which makes its first request. If the app is not
 * yet known at Lockstep, this installs it.
 * @returns the state that the page would show
 */
export async function openApp(appPage: string): Promise<Record<string, unknown>> {
  const admin = await fetch(appPage, { redirect: 'manual' });
  const place = new URL(admin.headers.get('location') ?? '', appPage);
  const page = await fetch(place);
  if (!page.ok) throw new Error(`the app's page answers ${page.status}`);
  const authorization = `Bearer ${place.searchParams.get('id_token')}`;
  const state = await fetch(new URL('/app/state?opened', place), { headers: { authorization } });
  if (!state.ok) throw new Error(`the app answers ${state.status}`);
  return (await state.json()) as Record<string, unknown>;
}
