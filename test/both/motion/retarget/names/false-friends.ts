/** Names of meshes, props, controls, materials and body shapes that hold the words of a face or of a joint. */
export const OTHER_NAMES: readonly string[] = (
  'Mouth,Eye,Head_Hat,HeadHat,HeadWear,head_bone_end,Head_Jnt_End,Head_IKTarget,head_pole,HeadTracker,HeadProp,Helmet,' +
  'Neck_Brace,NeckChain,jaw_bone_end,LowerJawTeeth,upper_teeth,lower_teeth,Jaw_Teeth,EyeLid_L,eyelid_upper_L,EyeLidUp_L,eyelid_L,LeftEyelid,' +
  'Eye_Mask,Eyebrow_L,EyebrowLeft,brow_L,Lips,LipUpper_L,lip_corner_L,Cheek_L,cheekL,Nose,NoseTip,Ear_L,' +
  'Tongue,tongue_01,Shoulder_L_Armor,ArmorArm_L,arm_l_ik,ik_hand_l,Hand_L,LeftHandIndex1,LeftArmExtra,LeftShoulderPad,Clavicle_L,Spine,' +
  'Spine_Root,Chest_L,chest_l,Breast_L,breast.R,Pectoral_L,eye_joint_target,EyeAim_L,EyeTarget_L,LookTarget,EyesLookAt,HeadLookAt,' +
  'CameraHead,VirtualCamera_Head,Head_Camera_Target,MouthShape,mouth_open_sound,OpenMouthSound,blinkSound,Close,Open,Wide,Tight,Smirk,' +
  'Blow,Press,Roll,Out,In,closed,A_Pose,T_Pose,E_Prop,Wing_L,wing_open,WingOpen_L,' +
  'tail,Tail_Up,Tail_Down,Ear_Up_L,Ear_Down_R,Hair_Up,HairDown,Skirt_Up,Belly_Out,belly_in,Breast_Up,Leg_Wide_L,' +
  'Open_Legs,Umbrella_Open,Book_Open,book_close,Box_Close,drawer_open,Eyes_Color_Blue,Eye_Blue,Mouth_Blood,Blood_Mouth,Beard,mustache,' +
  'Moustache_Smile_Line,Head_Damage,HeadShot,head_gore,head_lod1,HeadLOD0,Head_Collider,head_hitbox,Neck_Collider,jaw_physics,arm_L_hitbox,LeftArm_Collider,' +
  'l_arm_armor,LeftArmIK,RightArmPole,UpperArmHelper_L,UpperArm_L_End,Elbow_L_Pole,ElbowTarget_R,Forearm_Armor_R,lower_arm_guard_l,Red,Left_Light,Right_Wheel,' +
  'Wheel_R,wheel_l,Door_L,L_Door,mouse,mouth2mouth,Smiles,smiled_ad,Frowny,jawless,jaws,Jaws_Shark,' +
  'sharkjaw,eyecatcher,eyeful,blinking_light,brow_beat,lips_lock,cheekmate,nosey,sneery,' +
  'Jaw_Armor,JawArmor,jaw_guard,Jawbreaker,jawline,JawWidth,Jaw_Size,JawHeight,Jaw_Angular,jaw_ctrl,CTRL_jaw,jaw_IK,jaw_end,jaw_target,jaw_piercing,Jaw_Strap,JawMask,' +
  'HeadBand,headband,Head_Band,HeadBand_L,Headphones,headphone_L,headset,HeadLight,headlight_L,Headlamp,HeadTop_End,head_end,HeadNub,Head_Armor,headArmor,Head_Scale,HeadSize,' +
  'head_ctrl,CTRL_head,head_IK,Head_FK,head_target,Head_Accessory,HeadGear,headgear,HeadDress,Arrowhead,arrow_head,SpearHead,spearhead_01,hammer_head,Hammerhead,showerhead,bedhead,' +
  'forehead,Forehead_L,overhead,Head_Hair,HeadScarf,HeadCover,HeadCamera,Head_Pivot_Target,headrest,Head_Rest,head_lookAt,MCH-head,' +
  'Necklace,necklace_01,neck_tie,NeckTie,Neck_Tie,neckline,neck_armor,NeckRing,Neck_Scarf,bottle_neck,Bottleneck,Guitar_Neck,guitarneck,turtleneck,neck_ctrl,NeckThickness,Neck_Size,NeckLength,' +
  'eyeshadow,EyeShadow,eye_shadow_L,eyelash,eyelashes,Eyelash_L,EyeLashes_Upper,eyeliner,EyeLiner_R,eyepatch,Eye_Patch,eyeglasses,EyeGlass_L,eyewear,Eye_Color,eyeSize,Eye_Size_L,eyesBig,EyeDistance,' +
  'EyeHeight,eyeTilt,eye_target,Eye_Target_L,eye_ctrl_L,eye_lookat_ctrl,LeftEye_End,Eye_Highlight,EyeReflection,eyesocket,Eye_Socket_L,eyeball_material,EyeWet,eye_tear,CC_Base_EyeOcclusion,EyesOffset,' +
  'PupilDilation,pupil_small_L,IrisSize,Eye_Pupil_Dilate,redeye,EyeMakeup,bullseye,evil_eye_charm,Eyebrow_Color,browser,BrowserWindow,brownie,eyebrow_thickness,BrowRing,brow_piercing_L,' +
  'Smile_Button,Sad,Head_Skin,head_geo,Head_Mesh,head_grp,Head_Robot,Head_Cat,Smile_Face,Smile_Mesh,Blink_Control,Smile_Key,EyeClose_Target,Neck_Geo,LeftArm_Mesh,LeftArm_Geo,Angry,Surprised,Happy,smile_button,SmileyFace,smiley,smile_lines,SmileLine_L,smile_camera,SmileSlider,frown_icon,Smile_Badge,' +
  'mouthpiece,Mouth_Piece,MouthGuard,Mouth_Cavity,mouth_bag,MouthWidth,mouth_size,MouthHeight,MouthCorner_L_ctrl,mouthwash,Mouth_Interior,mouthBag,mouth_mask,Mouth_Breather,river_mouth,Goalmouth,mouth_pos,' +
  'lipstick,Lipstick_Red,LipGloss,lip_ring,LipThickness,LipSize,lips_thin,LipsFull,lipFilter,Lip_Liner,lips_material,lipo,Tulips,tulip_open,LipService,' +
  'CheekBone,cheekbone_L,Cheek_Bones,CheekSize,cheek_fat,CheekBlush,blush,cheeky,cheek_tattoo,cheeseburger,' +
  'nose_ring,NoseRing,NoseWidth,nose_length,NoseBridge,Nose_Tip,nosecone,NoseCone_L,nose_size,NosePiercing,' +
  'TongueTwist_Prop,tongue_piercing,Tongue_Length,tongueRoot_ctrl,shoe_tongue,Shoe_Tongue_Open,' +
  'teethOpen_prop,Teeth_Gap,teeth_white,ToothBrush,' +
  'blinker,Blinker_L,BlinkLight,blink_rate,BlinkSpeed,blink_led_01,wink_button,TurnSignal_Blink,CursorBlink,' +
  'OpenDoor,door_open,Door_Open_L,jacket_open,Jacket_Open,bag_open,CoatOpen,Open_Sign,hand_open,HandOpen_L,fist_close,Finger_Close_R,WindowClosed,LidOpen_Box,box_lid,Lid_Hinge,PotLid,chestLid,ChestOpen,' +
  'Chest_Armor,chestplate,ChestPlate,chest_strap,TreasureChest,treasure_chest,Chest_Size,ChestWidth,chest_hair,ChestPocket_L,Spine_Armor,bookspine,spine_ctrl,Spine_IK,Spine_Guard,' +
  'Armor,ArmorUpper_L,Armchair,armchair_L,arm_band,ArmBand_L,armband,Arm_IK_L,ArmRest_L,armpit_L,LeftArm_Armor,Left_Arm_Guard,upperarm_ctrl_l,UpperArm_Size,ArmPlate_R,shoulderpad,Shoulder_Pad_L,ShoulderBag,shoulder_strap_L,' +
  'ElbowPad_L,elbow_pole_R,forearm_guard_l,ForeArmTattoo_L,Robot_Arm_Base_Plate,crane_arm_hook,firearm,FireArm_R,wide_brim,WideBelt_L,Wide_Hips,BodyWide,LookBook,Look_Preset,lookup_table,outlook,' +
  'puffer_jacket,PuffSleeve,PuffSleeve_L,CreamPuff,press_button_L,PressButton,pressure_L,RollBar_Upper,sushi_roll,roll_cage_lower,DimpledBall,stretch_pants,StretchMark,squint_shader,funnel_cake,Funnel_Cloud,pucker_fabric,' +
  'Body_Fat,Fat,Muscular,Basis,Key 1,target_0,Shape01,Thin,Ears_Long,ear_ring_L,EarFlap_L,HatFlap,flap_L,Sneaker,sneakers_L,Left,Right,Up,Down,upper,lower,Upper_Left,L,R,C,corner_UL,UI_UR,constructor,toString,hasOwnProperty,__proto__'
).split(',');
