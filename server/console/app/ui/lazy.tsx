/**
 * What most pages do without is loaded when it is first shown.
 * @module
 */
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";

/** A component whose module is loaded with its first use; until then there is nothing. */
export function lazy<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
): ComponentType<Props> {
  let loaded: ComponentType<Props> | undefined;
  return (props: Props) => {
    const [Component, setComponent] = useState(() => loaded);
    useEffect(() => {
      if (Component) return;
      void load().then((component) => {
        loaded = component;
        setComponent(() => component);
      });
    }, []);
    const Shown = Component as ComponentType<object> | undefined;
    return Shown ? <Shown {...props} /> : null;
  };
}
