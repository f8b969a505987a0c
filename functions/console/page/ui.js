/**
 * The parts that pages and dialogs are made of. Everything is imported from here.
 *
 * A dialog is a component that draws a `Dialog`; `openDialog` shows it, and what it is given closes it:
 *
 *     openDialog((close) => html`<${Rename} record=${record} close=${close} />`);
 *
 *     function Rename({ record, close }) {
 *       const [name, setName] = useState(record.name);
 *       const [busy, failure, run] = useAction(async () => {
 *         await call("PATCH", ["keys", record.id], { body: { name }, ifMatch: record.version });
 *         close();
 *         toast("Renamed.");
 *       });
 *       return html`<${Dialog} title="Rename" onClose=${close} onSubmit=${run}
 *         footer=${html`<${Button} onClick=${close}>Cancel<//><${Button} kind="primary" type="submit" busy=${busy}>Rename<//>`}>
 *         <${Failure} problem=${failure} except=${["name"]} />
 *         <${Field} label="Name" error=${failure?.fields.name}>
 *           ${(wired) => html`<input ...${wired} value=${name} onInput=${(event) => setName(event.target.value)} />`}
 *         <//>
 *       <//>`;
 *     }
 *
 * Focus goes to the element with `data-autofocus`, else to the first field, and back to where it was when the dialog
 * closes. Escape and × call `onClose`; with `locked`, nothing but the dialog's own buttons closes it. Dialogs may be opened
 * above one another.
 *
 * @module
 */

export { Button, Icon, Spinner, StateDot, Switch, STATES } from "./ui/controls.js";
export { CopyButton, copyText } from "./ui/copy.js";
export { closeDialogs, ConfirmByTyping, Dialog, DialogHost, openDialog, warnOfLeaving } from "./ui/dialog.js";
export { Chips } from "./ui/chips.js";
export { Facet, Facets, TextFacet } from "./ui/facets.js";
export { Disclosure, Failure, Field, Select } from "./ui/field.js";
export { EmptyState, PageHead, Skeleton } from "./ui/page.js";
export { Menu } from "./ui/menu.js";
export { ProgressBar } from "./ui/progress.js";
export { Tabs } from "./ui/tabs.js";
export { toast, ToastRegion } from "./ui/toast.js";
export { useAction, useLoaded, useRested } from "./ui/use.js";
