import { Guide } from './guide.jsx';

/** Rendered on the server; the tag is in the page before any script is. */
export default function Page() {
  return <Guide />;
}
