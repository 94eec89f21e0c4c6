/**
 * What the modules and names of Python 2 are called in Python 3.
 *
 * Pickles of protocols 0 to 2 hold the old names, also when Python 3 has written them, so that
 * Python 2 could read them. The renamings are those of Python's own `pickle`.
 *
 * @module
 */

const EXCEPTIONS =
  ("ArithmeticError AssertionError AttributeError BaseException BufferError BytesWarning " +
    "DeprecationWarning EOFError EnvironmentError Exception FloatingPointError FutureWarning " +
    "GeneratorExit IOError ImportError ImportWarning IndentationError IndexError KeyError " +
    "KeyboardInterrupt LookupError MemoryError NameError NotImplementedError OSError " +
    "OverflowError PendingDeprecationWarning ReferenceError RuntimeError RuntimeWarning " +
    "StopIteration SyntaxError SyntaxWarning SystemError SystemExit TabError TypeError " +
    "UnboundLocalError UnicodeDecodeError UnicodeEncodeError UnicodeError " +
    "UnicodeTranslateError UnicodeWarning UserWarning ValueError Warning ZeroDivisionError")
    .split(" ");

/** Names that moved or changed: `module name`, then the new module, then the new name. */
const NAMES: ReadonlyMap<string, readonly [string, string]> = new Map<
  string,
  readonly [string, string]
>([
  ...EXCEPTIONS.map((name) => [`exceptions ${name}`, ["builtins", name]] as const),
  ["exceptions StandardError", ["builtins", "Exception"]],
  ["__builtin__ xrange", ["builtins", "range"]],
  ["__builtin__ reduce", ["functools", "reduce"]],
  ["__builtin__ intern", ["sys", "intern"]],
  ["__builtin__ unichr", ["builtins", "chr"]],
  ["__builtin__ unicode", ["builtins", "str"]],
  ["__builtin__ basestring", ["builtins", "str"]],
  ["__builtin__ long", ["builtins", "int"]],
  ["itertools izip", ["builtins", "zip"]],
  ["itertools imap", ["builtins", "map"]],
  ["itertools ifilter", ["builtins", "filter"]],
  ["itertools ifilterfalse", ["itertools", "filterfalse"]],
  ["itertools izip_longest", ["itertools", "zip_longest"]],
  ["UserDict IterableUserDict", ["collections", "UserDict"]],
  ["whichdb whichdb", ["dbm", "whichdb"]],
  ["_socket fromfd", ["socket", "fromfd"]],
  ["socket _socketobject", ["socket", "SocketType"]],
  ["_multiprocessing Connection", ["multiprocessing.connection", "Connection"]],
  ["multiprocessing.process Process", ["multiprocessing.context", "Process"]],
  ["multiprocessing.forking Popen", ["multiprocessing.popen_fork", "Popen"]],
  ["multiprocessing AuthenticationError", ["multiprocessing.context", "AuthenticationError"]],
  ["multiprocessing BufferTooShort", ["multiprocessing.context", "BufferTooShort"]],
  ["multiprocessing ProcessError", ["multiprocessing.context", "ProcessError"]],
  ["multiprocessing TimeoutError", ["multiprocessing.context", "TimeoutError"]],
  ["urllib ContentTooShortError", ["urllib.error", "ContentTooShortError"]],
  ["urllib getproxies", ["urllib.request", "getproxies"]],
  ["urllib pathname2url", ["urllib.request", "pathname2url"]],
  ["urllib quote_plus", ["urllib.parse", "quote_plus"]],
  ["urllib quote", ["urllib.parse", "quote"]],
  ["urllib unquote_plus", ["urllib.parse", "unquote_plus"]],
  ["urllib unquote", ["urllib.parse", "unquote"]],
  ["urllib url2pathname", ["urllib.request", "url2pathname"]],
  ["urllib urlcleanup", ["urllib.request", "urlcleanup"]],
  ["urllib urlencode", ["urllib.parse", "urlencode"]],
  ["urllib urlopen", ["urllib.request", "urlopen"]],
  ["urllib urlretrieve", ["urllib.request", "urlretrieve"]],
  ["urllib2 HTTPError", ["urllib.error", "HTTPError"]],
  ["urllib2 URLError", ["urllib.error", "URLError"]],
]);

const MODULES: ReadonlyMap<string, string> = new Map([
  ["__builtin__", "builtins"],
  ["copy_reg", "copyreg"],
  ["Queue", "queue"],
  ["SocketServer", "socketserver"],
  ["ConfigParser", "configparser"],
  ["repr", "reprlib"],
  ["tkFileDialog", "tkinter.filedialog"],
  ["tkSimpleDialog", "tkinter.simpledialog"],
  ["tkColorChooser", "tkinter.colorchooser"],
  ["tkCommonDialog", "tkinter.commondialog"],
  ["Dialog", "tkinter.dialog"],
  ["Tkdnd", "tkinter.dnd"],
  ["tkFont", "tkinter.font"],
  ["tkMessageBox", "tkinter.messagebox"],
  ["ScrolledText", "tkinter.scrolledtext"],
  ["Tkconstants", "tkinter.constants"],
  ["Tix", "tkinter.tix"],
  ["ttk", "tkinter.ttk"],
  ["Tkinter", "tkinter"],
  ["FileDialog", "tkinter.filedialog"],
  ["SimpleDialog", "tkinter.simpledialog"],
  ["markupbase", "_markupbase"],
  ["_winreg", "winreg"],
  ["thread", "_thread"],
  ["dummy_thread", "_dummy_thread"],
  ["dbhash", "dbm.bsd"],
  ["dumbdbm", "dbm.dumb"],
  ["dbm", "dbm.ndbm"],
  ["gdbm", "dbm.gnu"],
  ["anydbm", "dbm"],
  ["whichdb", "dbm"],
  ["xmlrpclib", "xmlrpc.client"],
  ["SimpleXMLRPCServer", "xmlrpc.server"],
  ["DocXMLRPCServer", "xmlrpc.server"],
  ["httplib", "http.client"],
  ["htmlentitydefs", "html.entities"],
  ["HTMLParser", "html.parser"],
  ["Cookie", "http.cookies"],
  ["cookielib", "http.cookiejar"],
  ["BaseHTTPServer", "http.server"],
  ["SimpleHTTPServer", "http.server"],
  ["CGIHTTPServer", "http.server"],
  ["test.test_support", "test.support"],
  ["commands", "subprocess"],
  ["urlparse", "urllib.parse"],
  ["robotparser", "urllib.robotparser"],
  ["urllib2", "urllib.request"],
  ["_abcoll", "collections.abc"],
  ["cPickle", "pickle"],
  ["_elementtree", "xml.etree.ElementTree"],
  ["UserDict", "collections"],
  ["UserList", "collections"],
  ["UserString", "collections"],
  ["StringIO", "io"],
  ["cStringIO", "io"],
]);

/** The module and name that Python 3 has for those of Python 2. */
export const python3Name = (module: string, name: string): readonly [string, string] =>
  NAMES.get(`${module} ${name}`) ?? [MODULES.get(module) ?? module, name];
