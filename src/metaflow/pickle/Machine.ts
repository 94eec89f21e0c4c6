/**
 * The first pass: runs the instructions of a pickle, and builds the symbolic tree. Names stay names;
 * nothing is imported or called.
 *
 * @module
 */
import type { Budget } from "./Budget.ts";
import { Memo } from "./Memo.ts";
import { Opcode } from "./Opcode.ts";
import {
  InvalidText,
  Malformed,
  PickleError,
  UnknownOpcode,
  UnsupportedFeature,
  UnsupportedProtocol,
} from "./PickleError.ts";
import { python3Name } from "./Python2Names.ts";
import { Reader } from "./Reader.ts";
import { Stack } from "./Stack.ts";
import {
  decodeAscii,
  decodeLatin1,
  decodeRawUnicodeEscape,
  decodeUtf8,
  parseFloatText,
  parseInteger,
  readLong,
  readQuoted,
} from "./Text.ts";
import {
  BytesNode,
  CallNode,
  DictNode,
  FloatNode,
  GlobalNode,
  ListNode,
  type Node,
  SetNode,
  TextNode,
  type Tree,
  TupleNode,
} from "./Tree.ts";

/** From this length on texts are decoded when they are needed, and once. */
const LONG_TEXT = 2 ** 16;

// Estimated bytes of heap, with the copy that the second pass makes.
const SLOT = 64;
const CONTAINER = 256;
const STRING = 40;

/** Runs a pickle to its end, a number of instructions at a time. */
export class Machine {
  readonly #in: Reader;
  readonly #budget: Budget;
  readonly #memo: Memo;
  readonly #stack = new Stack((problem) => this.#malformed(problem));
  #protocol = 0;
  #size = 0;
  /** Where the current instruction begins. */
  #start = 0;

  constructor(bytes: Uint8Array, budget: Budget) {
    this.#in = new Reader(bytes);
    this.#budget = budget;
    this.#memo = new Memo(budget);
  }

  /** Executes up to so many instructions; the tree, once the last one has been executed. */
  run(count: number): Tree | undefined {
    for (let done = 1; done <= count; done++) {
      this.#start = this.#in.offset;
      const opcode = this.#in.uint8();
      if (opcode === Opcode.STOP) {
        this.#budget.step(done);
        return { root: this.#stack.pop(), size: this.#size };
      }
      this.#execute(opcode);
    }
    this.#budget.step(count);
    return undefined;
  }

  #execute(opcode: number): void {
    switch (opcode) {
      case Opcode.BININT1:
        return this.#push(this.#in.uint8());
      case Opcode.BININT2:
        return this.#push(this.#in.uint16());
      case Opcode.BININT:
        return this.#push(this.#in.int32());
      case Opcode.BINFLOAT:
        return this.#pushFloat(this.#in.float64());
      case Opcode.MEMOIZE:
        return this.#memo.add(this.#stack.top());
      case Opcode.BINGET:
        return this.#get(this.#in.uint8());
      case Opcode.LONG_BINGET:
        return this.#get(this.#in.uint32());
      case Opcode.BINPUT:
        return this.#memo.set(this.#in.uint8(), this.#stack.top());
      case Opcode.LONG_BINPUT:
        return this.#memo.set(this.#in.uint32(), this.#stack.top());
      case Opcode.SHORT_BINUNICODE:
        return this.#pushUtf8(this.#in.uint8());
      case Opcode.BINUNICODE:
        return this.#pushUtf8(this.#in.uint32());
      case Opcode.BINUNICODE8:
        return this.#pushUtf8(this.#in.length64());
      case Opcode.NONE:
        return this.#push(null);
      case Opcode.NEWTRUE:
        return this.#push(true);
      case Opcode.NEWFALSE:
        return this.#push(false);
      case Opcode.LONG1:
        return this.#pushLong(this.#in.uint8());
      case Opcode.LONG4:
        return this.#pushLong(this.#length("an integer"));

      case Opcode.MARK:
        this.#budget.heap(SLOT);
        return this.#stack.mark();
      case Opcode.EMPTY_LIST:
        return this.#pushNode(new ListNode(this.#size++, []));
      case Opcode.EMPTY_DICT:
        return this.#pushNode(new DictNode(this.#size++, []));
      case Opcode.EMPTY_SET:
        return this.#pushNode(new SetNode(this.#size++, [], false));
      case Opcode.EMPTY_TUPLE:
        return this.#pushTuple([]);
      case Opcode.TUPLE1:
        return this.#pushTuple(this.#stack.popSome(1));
      case Opcode.TUPLE2:
        return this.#pushTuple(this.#stack.popSome(2));
      case Opcode.TUPLE3:
        return this.#pushTuple(this.#stack.popSome(3));
      case Opcode.TUPLE:
        return this.#pushTuple(this.#stack.popMark());
      case Opcode.LIST:
        return this.#pushNode(new ListNode(this.#size++, this.#stack.popMark()));
      case Opcode.DICT: {
        const pairs = this.#stack.popMark();
        this.#pushNode(new DictNode(this.#size++, []));
        return this.#setItems(pairs);
      }
      case Opcode.FROZENSET:
        return this.#pushNode(new SetNode(this.#size++, this.#stack.popMark(), true));
      case Opcode.APPEND:
        return this.#append(this.#stack.popSome(1));
      case Opcode.APPENDS:
        return this.#append(this.#stack.popMark());
      case Opcode.SETITEM:
        return this.#setItems(this.#stack.popSome(2));
      case Opcode.SETITEMS:
        return this.#setItems(this.#stack.popMark());
      case Opcode.ADDITEMS:
        return this.#addItems(this.#stack.popMark());

      case Opcode.GLOBAL:
        return this.#pushGlobal(this.#utf8Line(), this.#utf8Line());
      case Opcode.STACK_GLOBAL: {
        const name = this.#popText();
        return this.#pushGlobal(this.#popText(), name);
      }
      case Opcode.REDUCE:
      case Opcode.NEWOBJ: {
        const args = this.#popTuple();
        return this.#pushCall(this.#stack.pop(), args);
      }
      case Opcode.NEWOBJ_EX: {
        const kwargs = this.#stack.pop();
        if (!(kwargs instanceof DictNode)) this.#malformed("keyword arguments are not a dict");
        const args = this.#popTuple();
        return this.#pushCall(this.#stack.pop(), args, kwargs);
      }
      case Opcode.OBJ: {
        const [callee, ...args] = this.#stack.popMark();
        if (callee === undefined) this.#malformed("an object has no class");
        return this.#pushCall(callee, this.#tuple(args));
      }
      case Opcode.INST: {
        const args = this.#tuple(this.#stack.popMark());
        this.#pushGlobal(this.#utf8Line(), this.#utf8Line());
        return this.#pushCall(this.#stack.pop(), args);
      }
      case Opcode.BUILD: {
        const state = this.#stack.pop();
        const target = this.#stack.top();
        if (!(target instanceof CallNode)) this.#malformed("a value without a state is given one");
        if (target.state !== undefined) this.#malformed("an object is given its state twice");
        target.state = state;
        return;
      }

      case Opcode.SHORT_BINBYTES:
        return this.#pushBytes(this.#in.uint8(), false);
      case Opcode.BINBYTES:
        return this.#pushBytes(this.#in.uint32(), false);
      case Opcode.BINBYTES8:
        return this.#pushBytes(this.#in.length64(), false);
      case Opcode.BYTEARRAY8:
        return this.#pushBytes(this.#in.length64(), true);
      case Opcode.SHORT_BINSTRING:
        return this.#pushString(decodeAscii(this.#in.take(this.#in.uint8())), "ASCII");
      case Opcode.BINSTRING:
        return this.#pushString(decodeAscii(this.#in.take(this.#length("a text"))), "ASCII");
      case Opcode.STRING: {
        const bytes = readQuoted(this.#in.line()) ?? this.#invalidText("escapes");
        return this.#pushString(decodeAscii(bytes), "ASCII");
      }
      case Opcode.UNICODE:
        return this.#pushString(decodeRawUnicodeEscape(this.#in.line()), "escapes");
      case Opcode.INT:
        return this.#pushDecimal(true);
      case Opcode.LONG:
        return this.#pushDecimal(false);
      case Opcode.FLOAT: {
        const value = parseFloatText(decodeLatin1(this.#in.line()));
        if (value === undefined) this.#malformed("a float is not a number");
        return this.#pushFloat(value);
      }

      case Opcode.POP:
        return this.#stack.drop();
      case Opcode.POP_MARK:
        return void this.#stack.popMark();
      case Opcode.DUP:
        return this.#push(this.#stack.top());
      case Opcode.PUT:
        return this.#memo.set(this.#index(), this.#stack.top());
      case Opcode.GET:
        return this.#get(this.#index());
      case Opcode.FRAME:
        // Of use to who reads from a stream; here it only has to be true.
        return this.#in.demand(this.#in.length64());
      case Opcode.PROTO:
        this.#protocol = this.#in.uint8();
        if (this.#protocol > 5) {
          const reason = new UnsupportedProtocol({ offset: this.#start, protocol: this.#protocol });
          throw new PickleError({ reason });
        }
        return;

      case Opcode.PERSID:
      case Opcode.BINPERSID:
        return this.#unsupported("persistent id");
      case Opcode.EXT1:
      case Opcode.EXT2:
      case Opcode.EXT4:
        return this.#unsupported("extension code");
      case Opcode.NEXT_BUFFER:
      case Opcode.READONLY_BUFFER:
        return this.#unsupported("out-of-band buffer");
      default:
        throw new PickleError({ reason: new UnknownOpcode({ offset: this.#start, opcode }) });
    }
  }

  #malformed(problem: string): never {
    throw new PickleError({ reason: new Malformed({ offset: this.#start, problem }) });
  }

  #unsupported(feature: UnsupportedFeature["feature"]): never {
    throw new PickleError({ reason: new UnsupportedFeature({ offset: this.#start, feature }) });
  }

  #invalidText(encoding: InvalidText["encoding"]): never {
    throw new PickleError({ reason: new InvalidText({ offset: this.#start, encoding }) });
  }

  #push(node: Node): void {
    this.#budget.heap(SLOT);
    this.#stack.push(node);
  }

  #pushNode(node: Node): void {
    this.#budget.heap(CONTAINER);
    this.#stack.push(node);
  }

  #length(what: string): number {
    const length = this.#in.int32();
    if (length < 0) this.#malformed(`${what} has a negative length`);
    return length;
  }

  #popText(): string {
    const text = this.#stack.pop();
    if (typeof text !== "string") this.#malformed("a name is not a text");
    return text;
  }

  #popTuple(): TupleNode {
    const args = this.#stack.pop();
    if (!(args instanceof TupleNode)) this.#malformed("arguments are not a tuple");
    return args;
  }

  #tuple(items: ReadonlyArray<Node>): TupleNode {
    this.#budget.heap(CONTAINER + SLOT * items.length);
    return new TupleNode(this.#size++, items);
  }

  #pushTuple(items: ReadonlyArray<Node>): void {
    this.#stack.push(this.#tuple(items));
  }

  #pushFloat(value: number): void {
    this.#push(Number.isInteger(value) ? new FloatNode(value) : value);
  }

  #pushLong(length: number): void {
    const bytes = this.#in.take(length);
    this.#budget.heap(64 * length);
    this.#push(readLong(bytes));
  }

  #pushDecimal(mayBeBoolean: boolean): void {
    const line = this.#in.line();
    // Parsing takes longer than the digits are many.
    this.#budget.step(line.length ** 2 / 256);
    const text = decodeLatin1(line);
    if (mayBeBoolean && (text === "00" || text === "01")) return this.#push(text === "01");
    const value = parseInteger(text);
    if (value === undefined) this.#malformed("an integer is not a number");
    this.#push(value);
  }

  #pushBytes(length: number, mutable: boolean): void {
    this.#pushNode(new BytesNode(this.#size++, this.#in.take(length), mutable));
  }

  #pushUtf8(length: number): void {
    if (length >= LONG_TEXT) {
      this.#pushNode(new TextNode(this.#size++, this.#in.take(length), this.#start));
      return;
    }
    const start = this.#in.skip(length);
    this.#pushString(decodeUtf8(this.#in.bytes, start, start + length), "UTF-8");
  }

  #pushString(text: string | undefined, encoding: InvalidText["encoding"]): void {
    if (text === undefined) this.#invalidText(encoding);
    this.#budget.heap(STRING + 2 * text.length);
    this.#push(text);
  }

  #utf8Line(): string {
    const line = this.#in.line();
    return decodeUtf8(line, 0, line.length) ?? this.#invalidText("UTF-8");
  }

  #pushGlobal(module: string, name: string): void {
    // Pickles that Python 2 could read hold its names.
    const [module3, name3] = this.#protocol < 3 ? python3Name(module, name) : [module, name];
    this.#pushNode(new GlobalNode(this.#size++, module3, name3));
  }

  #pushCall(callee: Node, args: TupleNode, kwargs?: DictNode): void {
    this.#pushNode(new CallNode(this.#size++, callee, args, kwargs));
  }

  #append(items: ReadonlyArray<Node>): void {
    const list = this.#stack.top();
    if (!(list instanceof ListNode || list instanceof CallNode)) {
      this.#malformed("something is appended to a value that is not a list");
    }
    for (const item of items) list.items.push(item);
  }

  #setItems(pairs: ReadonlyArray<Node>): void {
    const dict = this.#stack.top();
    if (!(dict instanceof DictNode || dict instanceof CallNode)) {
      this.#malformed("a key is set in a value that is not a dict");
    }
    if (pairs.length % 2 !== 0) this.#malformed("a dict has a key without a value");
    for (const item of pairs) dict.pairs.push(item);
  }

  #addItems(items: ReadonlyArray<Node>): void {
    const set = this.#stack.top();
    if (!(set instanceof SetNode && !set.frozen || set instanceof CallNode)) {
      this.#malformed("something is added to a value that is not a set");
    }
    for (const item of items) set.items.push(item);
  }

  #get(index: number): void {
    const node = this.#memo.get(index);
    if (node === undefined) this.#malformed(`nothing was put aside as ${index}`);
    this.#push(node);
  }

  #index(): number {
    const index = parseInteger(decodeLatin1(this.#in.line()));
    if (typeof index !== "number" || index < 0) this.#malformed("an index is not a number");
    return index;
  }
}
