/* A method that does nothing, with the calling convention of FemtoLogger's: the floor under a
 * disabled call. Compiled by floor.py when a C compiler is there. */
#include <Python.h>

static PyObject *noop(PyObject *self, PyObject *const *args, Py_ssize_t count, PyObject *names) {
    (void)self, (void)args, (void)count, (void)names;
    Py_RETURN_NONE;
}

static PyMethodDef method = {"noop", (PyCFunction)(void (*)(void))noop,
                             METH_FASTCALL | METH_KEYWORDS, NULL};

static PyObject *bind(PyObject *self, PyObject *type) {
    (void)self;
    PyObject *descriptor = PyDescr_NewMethod((PyTypeObject *)type, &method);
    if (descriptor == NULL) return NULL;
    int failed = PyObject_SetAttrString(type, "noop", descriptor);
    Py_DECREF(descriptor);
    if (failed) return NULL;
    Py_RETURN_NONE;
}

static PyMethodDef functions[] = {{"bind", bind, METH_O, NULL}, {NULL, NULL, 0, NULL}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "noop", NULL, -1, functions,
                                    NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit_noop(void) { return PyModule_Create(&module); }
