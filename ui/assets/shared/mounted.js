// What Streamlit calls to draw an element: one view for each place where it stands, given what is to be shown each time,
// told what it may tell, and ended when the place is gone.

export function mounted(name, View) {
  const views = new WeakMap();
  return ({ data, parentElement, setTriggerValue }) => {
    const root = parentElement.querySelector(`.${name}`);
    if (!views.has(root)) views.set(root, new View(root));
    const view = views.get(root);
    view.tell = setTriggerValue;
    view.update(data);
    return () => setTimeout(() => root.isConnected || view.end?.(), 0);
  };
}
