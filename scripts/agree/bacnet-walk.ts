// What tshark's fields of a BACnet message say of objects, properties, values and errors, read with the tags they stand in.
import { codeOfError } from '../../src/protocols/bacnet/messages.ts';
import { Tag } from '../../src/protocols/bacnet/tags.ts';
import { type TsharkLayer, fieldOf } from './tshark.ts';

const UNCONFIRMED = 128;

type Fields = Map<string, string>;

/** Which tags hold what is compared: the object's, and those around a value from the outside in. */
interface Shape {
  /** Context tag of the object, -1 where it is an application tag; what else is an object is not what it is about. */
  readonly object: number;
  readonly value: readonly number[];
}

function shapeOf(code: number, isAnswer: boolean): Shape {
  switch (code) {
    case 0:
    case 5:
    case 28:
      return { object: 1, value: [-2] };
    case 1:
    case UNCONFIRMED + 2:
      return { object: 2, value: [4, 2] };
    case 2:
    case UNCONFIRMED + 3:
      return { object: 2, value: [-2] };
    case 31:
    case UNCONFIRMED + 11:
      return { object: 0, value: [4, 1, 2] };
    case 6:
    case 7:
    case 11:
    case UNCONFIRMED:
      return { object: -1, value: [-2] };
    case 10:
      return { object: isAnswer ? -1 : 1, value: [-2] };
    case 12:
      return { object: 0, value: [3] };
    case 14:
      return { object: 0, value: [1, 4] };
    case 15:
      return { object: 0, value: [3] };
    case 16:
      return { object: 0, value: [1, 2] };
    case 27:
      return { object: 3, value: [-2] };
    default:
      return { object: 0, value: [-2] };
  }
}

const CREATE_OBJECT = 10;
/** Services whose objects and properties are compared; of the others only that they are there. */
const COMPARED = new Set([0, 1, 2, 5, 6, 7, 10, 11, 12, 14, 15, 16, 26, 27, 28]);
const COMPARED_UNCONFIRMED = new Set([0, 2, 3].map((service) => UNCONFIRMED + service));

/** Walks the fields in their order, with the tags that are open, and notes objects, properties, values and errors. */
export function tell(fields: Fields, application: TsharkLayer, code: number, isAnswer: boolean): void {
  const low = fieldOf(application, 'bacapp.who_is.low_limit');
  const high = fieldOf(application, 'bacapp.who_is.high_limit');
  if (low !== undefined && high !== undefined) fields.set('devices', `${low} to ${high}`);
  if (!COMPARED.has(code) && !COMPARED_UNCONFIRMED.has(code)) return;
  const shape = shapeOf(code, isAnswer);
  const walk = new Walk(shape);
  for (const { name, show, value } of application.fields) walk.field(name, show, value);
  walk.end();
  if (walk.objects.length > 0) fields.set('objects', walk.objects.join(' '));
  // Initial values have properties as well.
  if (walk.properties.length > 0 && code !== CREATE_OBJECT) fields.set('properties', walk.properties.join(' '));
  if (walk.values.length > 0) fields.set('values', walk.values.join(' | '));
}

class Walk {
  readonly objects: string[] = [];
  readonly properties: string[] = [];
  /** By property: what was read, `?` where it is not compared. */
  readonly values: string[] = [];
  readonly #shape: Shape;
  readonly #open: number[] = [];
  #tag = -1;
  #objectType = '';
  #errorClass = '';
  #value: string[] | null = null;
  #isCompared = true;
  /** Bytes of the element that was opened last, while tshark has not given it as a value. */
  #element = '';

  constructor(shape: Shape) {
    this.#shape = shape;
  }

  field(name: string, show: string, value: string): void {
    switch (name) {
      case '':
        if (!show.startsWith('Application Tag')) this.#element = value;
        break;
      case 'bacapp.application_tag_number':
        this.#unnamed(Number(show));
        break;
      case 'bacapp.tag_class':
        if (show === '0' || show === 'False') this.#tag = -1;
        break;
      case 'bacapp.context_tag_number':
        this.#tag = Number(show);
        break;
      case 'bacapp.named_tag':
        this.#named(show);
        break;
      case 'bacapp.objectType':
        this.#objectType = show;
        break;
      case 'bacapp.instance_number':
        this.#object(show);
        break;
      case 'bacapp.property_identifier':
        if (this.#value === null) this.properties.push(show);
        else this.#isCompared = false;
        break;
      case 'bacapp.error_class':
        this.#errorClass = show;
        break;
      case 'bacapp.error_code':
        this.#error(show);
        break;
      default:
        if (name.startsWith('bacapp.present_value.')) this.#present(name, show, value);
    }
  }

  end(): void {
    if (this.#value !== null) this.#close();
  }

  #named(show: string): void {
    if (show === '7') {
      if (this.#isValueOpen()) this.#close();
      this.#open.pop();
      return;
    }
    if (this.#value !== null) this.#isCompared = false;
    this.#open.push(this.#tag);
    if (this.#isValueOpen()) {
      this.#value = [];
      this.#isCompared = true;
    }
  }

  #isValueOpen(): boolean {
    const { value } = this.#shape;
    return value.length === this.#open.length && value.every((tag, index) => tag === this.#open[index]);
  }

  #close(): void {
    if (this.#value === null) return;
    this.values.push(this.#isCompared ? this.#value.join(' ') || 'null' : '?');
    this.#value = null;
  }

  #object(instance: string): void {
    if (this.#value !== null) this.#isCompared = false;
    else if (this.#tag === this.#shape.object) {
      const text = `${this.#objectType}:${instance}`;
      if (this.objects.at(-1) !== text) this.objects.push(text);
      // tshark leaves out some closing tags of the lists in front of an object.
      const around = this.#shape.value.length - 2;
      if (around >= 0 && around < this.#open.length) this.#open.length = around;
    }
  }

  #error(show: string): void {
    if (this.#value !== null) this.#isCompared = false;
    else if (this.#open.length > 0) this.values.push(`error ${codeOfError(Number(this.#errorClass), Number(show))}`);
  }

  /** Enumerated values of a known property are shown by their name: the number stands in the bytes. */
  #unnamed(tag: number): void {
    const element = this.#element;
    this.#element = '';
    if (this.#value === null) return;
    if (tag > Tag.double && tag !== Tag.enumerated) this.#isCompared = false;
    if (element === '') return;
    const size = Number.parseInt(element.slice(0, 2), 16) & 0x07;
    const text = numberText(tag, size, element.slice(2));
    if (text === '') this.#isCompared = false;
    else this.#value.push(text);
  }

  #present(name: string, show: string, value: string): void {
    this.#element = '';
    if (this.#value === null) return;
    switch (name.slice('bacapp.present_value.'.length)) {
      case 'null':
        this.#value.push('null');
        break;
      case 'boolean':
        this.#value.push(show === '1' || show === 'True' ? '1' : '0');
        break;
      case 'real':
        this.#value.push(floatText(value.slice(-8)));
        break;
      case 'double':
        this.#value.push(floatText(value.slice(-16)));
        break;
      case 'uint':
      case 'int':
      case 'enum_index':
        this.#value.push(show);
        break;
      default:
        this.#isCompared = false;
    }
  }
}

/** The content of an application tag as a number; '' where it is none or its length stands elsewhere. */
export function numberText(tag: number, size: number, content: string): string {
  if (tag === Tag.boolean) return content === '' ? String(size) : '';
  if (content.length !== size * 2) return '';
  switch (tag) {
    case Tag.null:
      return 'null';
    case Tag.unsigned:
    case Tag.enumerated:
      return size === 0 ? '' : String(BigInt(`0x${content}`));
    case Tag.signed:
      return size === 0 ? '' : String(BigInt.asIntN(size * 8, BigInt(`0x${content}`)));
    case Tag.real:
      return floatText(content);
    default:
      return '';
  }
}

export function floatText(hex: string): string {
  const bytes = Buffer.from(hex, 'hex');
  return String(bytes.length === 4 ? bytes.readFloatBE() : bytes.length === 8 ? bytes.readDoubleBE() : NaN);
}
