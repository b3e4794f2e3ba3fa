package io.tapswitch.api;

import java.util.List;

/** A kind of thing that the API shows. Stateless: what it shows belongs to others. */
interface Resource {
    /** Its operations; a path without parameters before one that would match it too. */
    List<Operation> operations();
}
